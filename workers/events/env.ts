/** Bindings of the consumers, by hand: one generated file cannot describe three Workers. Checked in test/contract/. */
import type { KafkaVariables } from "../../core/events/kafka.ts";
import type { KafkaGateway } from "../../durable-objects/kafka-gateway/kafka-gateway.ts";
import type { ForgettingIssuer } from "../forget-patient.ts";
import type { CheckpointSource } from "./audit-retention.ts";
import type { SignInOutbox } from "./sign-ins.ts";

export type EventsEnv = Pick<Env, "EVENT_LOG" | "PATIENT_AGENDA" | "PROVIDER_CALENDAR" | "WAKE"> &
  KafkaVariables & {
    readonly KAFKA_GATEWAY: DurableObjectNamespace<KafkaGateway>;
    /** The issuer, as far as the audit and deletions need it. */
    readonly IDENTITY: SignInOutbox &
      CheckpointSource &
      ForgettingIssuer & { forgetStrangers(): Promise<number> };
    readonly DATABASE_URL: string;
    readonly NEON_FETCH_ENDPOINT?: string;
  };
