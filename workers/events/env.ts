/** Bindings of the consumers, by hand: one generated file cannot describe three Workers. Checked in test/contract/. */
export type EventsEnv = Pick<
  Env,
  "EVENT_LOG" | "IDENTITY" | "PATIENT_AGENDA" | "PROVIDER_CALENDAR" | "WAKE"
> & {
  readonly DATABASE_URL: string;
  readonly NEON_FETCH_ENDPOINT?: string;
};
