/** Bindings of the issuer, by hand: one generated file cannot describe three Workers. Checked in test/contract/. */
export interface IdentityEnv {
  /** "on" only on a laptop: the issuer then also signs for sample identities. */
  readonly LOCAL_MODE: string;
  /** JSON Web Key Set with private ES256 keys, newest first. A secret; absent until the issuer is set up. */
  readonly SIGNING_KEYS?: string;
}
