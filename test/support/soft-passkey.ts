/** An authenticator in software: enough of WebAuthn to register a passkey and to sign in with it, with or without a verified user. */
const encoder = new TextEncoder();
const bytes = (...parts: (number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const base64url = (data: Uint8Array | ArrayBuffer): string =>
  Buffer.from(new Uint8Array(data)).toString("base64url");
const sha256 = async (data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", data));

/** CBOR: small integers, byte and text strings of up to 65,535 bytes, maps of up to 23 entries. */
type Cbor = number | string | Uint8Array | Map<number | string, Cbor>;
const head = (major: number, value: number): number[] =>
  value < 24
    ? [(major << 5) | value]
    : value < 256
      ? [(major << 5) | 24, value]
      : [(major << 5) | 25, value >> 8, value & 255];
function cbor(value: Cbor): Uint8Array {
  if (typeof value === "number") return bytes(value < 0 ? head(1, -1 - value) : head(0, value));
  if (typeof value === "string") return bytes(head(3, encoder.encode(value).length), encoder.encode(value));
  if (value instanceof Uint8Array) return bytes(head(2, value.length), value);
  return bytes(head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)]));
}

/** WebCrypto's r and s side by side, as WebAuthn wants them: ASN.1. */
function der(signature: Uint8Array): Uint8Array {
  const integer = (part: Uint8Array): Uint8Array => {
    const start = part.findIndex((byte) => byte !== 0);
    const trimmed = part.slice(start);
    const body = (trimmed[0] as number) > 127 ? bytes([0], trimmed) : trimmed;
    return bytes([2, body.length], body);
  };
  const both = bytes(integer(signature.slice(0, 32)), integer(signature.slice(32)));
  return bytes([0x30, both.length], both);
}

const USER_PRESENT = 1;
const USER_VERIFIED = 4;
const CREDENTIAL_INCLUDED = 64;

export class SoftPasskey {
  readonly #origin: string;
  readonly #pair: CryptoKeyPair;
  readonly #id = crypto.getRandomValues(new Uint8Array(16));
  #counter = 0;

  private constructor(origin: string, pair: CryptoKeyPair) {
    this.#origin = origin;
    this.#pair = pair;
  }

  static async make(origin: string): Promise<SoftPasskey> {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ]);
    return new SoftPasskey(origin, pair as CryptoKeyPair);
  }

  /** The body of `verify-registration`. */
  async register(challenge: string, isVerified = true): Promise<object> {
    const { x = "", y = "" } = (await crypto.subtle.exportKey("jwk", this.#pair.publicKey)) as JsonWebKey;
    const key = new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, "base64url"))],
      [-3, new Uint8Array(Buffer.from(y, "base64url"))],
    ]);
    const credential = bytes(new Uint8Array(16), [0, this.#id.length], this.#id, cbor(key));
    const authData = bytes(await this.#head(isVerified, CREDENTIAL_INCLUDED), credential);
    const attestation = new Map<string, Cbor>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", authData],
    ]);
    return this.#answer({
      clientDataJSON: base64url(this.#clientData("webauthn.create", challenge)),
      attestationObject: base64url(cbor(attestation)),
      transports: ["internal"],
    });
  }

  /** The body of `verify-authentication`. */
  async signIn(challenge: string, isVerified = true): Promise<object> {
    const clientData = this.#clientData("webauthn.get", challenge);
    const authData = await this.#head(isVerified, 0);
    const signature = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      this.#pair.privateKey,
      bytes(authData, await sha256(clientData)),
    );
    return this.#answer({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authData),
      signature: base64url(der(new Uint8Array(signature))),
    });
  }

  #clientData(type: string, challenge: string): Uint8Array<ArrayBuffer> {
    return bytes(
      encoder.encode(JSON.stringify({ type, challenge, origin: this.#origin, crossOrigin: false })),
    );
  }

  async #head(isVerified: boolean, more: number): Promise<Uint8Array<ArrayBuffer>> {
    const flags = USER_PRESENT | (isVerified ? USER_VERIFIED : 0) | more;
    const rpIdHash = await sha256(bytes(encoder.encode(new URL(this.#origin).hostname)));
    return bytes(rpIdHash, [flags, 0, 0, 0, ++this.#counter]);
  }

  #answer(response: object): object {
    const id = base64url(this.#id);
    return { response: { id, rawId: id, type: "public-key", clientExtensionResults: {}, response } };
  }
}
