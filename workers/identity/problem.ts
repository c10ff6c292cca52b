/** Every refusal of the issuer as problem+json (RFC 9457). `code` is for programs, `title` for people; neither holds an address. */

interface Known {
  readonly status: number;
  readonly slug: string;
  readonly title: string;
}

const PROBLEMS: Readonly<Record<string, Known>> = {
  CODE_REFUSED: {
    status: 401,
    slug: "code-refused",
    title: "This code is not right, or not any more. Ask for a new one.",
  },
  SESSION_ENDED: { status: 401, slug: "unauthenticated", title: "Your session has ended. Sign in again." },
  NO_TRANSPORT: {
    status: 503,
    slug: "unavailable",
    title: "This site cannot send codes yet. Call your clinic to book or change a time.",
  },
  NOT_A_PATIENT_YET: {
    status: 403,
    slug: "not-a-patient-yet",
    title: "Say first who you are: your birth date, or your details if you are new.",
  },
  ALREADY_SIGNED_IN: { status: 409, slug: "already-signed-in", title: "You are signed in already." },
  NOTHING_TO_CONFIRM: {
    status: 409,
    slug: "nothing-to-confirm",
    title: "There is no record to confirm. Give your details instead.",
  },
  BIRTH_DATE_DIFFERS: {
    status: 422,
    slug: "birth-date-differs",
    title: "This is not the birth date in our records.",
  },
  NO_TRIES_LEFT: {
    status: 403,
    slug: "no-tries-left",
    title: "The birth date was wrong three times. Give your details instead, or call your clinic.",
  },
  NO_SUCH_CLINIC: { status: 422, slug: "no-such-clinic", title: "This clinic cannot be chosen." },
  NO_SUCH_SESSION: { status: 404, slug: "not-found", title: "There is nothing here that you can see." },
  USER_VERIFICATION_REQUIRED: {
    status: 403,
    slug: "user-verification-required",
    title: "This passkey was used without its PIN, finger or face.",
  },
  NO_ACCESS: { status: 403, slug: "forbidden", title: "This account has no access here." },
  SESSION_NOT_FRESH: {
    status: 403,
    slug: "sign-in-again",
    title: "Show again who you are: sign in once more, then do this within ten minutes.",
  },
  PROVIDER_NOT_FOUND: {
    status: 503,
    slug: "unavailable",
    title: "The sign-in of the clinics does not answer. Try again in a minute.",
  },
  INVALID_ORIGIN: { status: 403, slug: "cross-site", title: "This request came from another site." },
};

const BY_STATUS: Readonly<Record<number, Known>> = {
  400: { status: 400, slug: "validation", title: "Something in the request is not right." },
  401: { status: 401, slug: "unauthenticated", title: "Sign in first." },
  403: { status: 403, slug: "forbidden", title: "This cannot be done." },
  404: { status: 404, slug: "not-found", title: "There is nothing here that you can see." },
  413: { status: 413, slug: "too-large", title: "The request is too large." },
  415: { status: 415, slug: "unsupported-media-type", title: "Send JSON." },
  429: { status: 429, slug: "rate-limited", title: "Too many requests. Wait a moment." },
  503: {
    status: 503,
    slug: "unavailable",
    title: "Signing in does not work at the moment. Try again in a minute.",
  },
};

/** Waited for, because Postgres or a provider usually comes back. */
const RETRY_SECONDS = 5;

interface Details {
  /** A code of ours or the library's. */
  readonly code?: string | undefined;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
  readonly cookies?: readonly string[];
  readonly retryAfter?: string | null;
}

/** `status` is the library's; a code that we know decides. */
export function problem(status: number, { code, errors, cookies = [], retryAfter }: Details = {}): Response {
  const known =
    (code && PROBLEMS[code]) || BY_STATUS[status] || (status >= 500 ? BY_STATUS[503] : BY_STATUS[400]);
  const { slug, title, status: answered } = known as Known; // both are in the table
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (answered === 503 || answered === 429) headers.set("retry-after", retryAfter ?? String(RETRY_SECONDS));
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  const body = {
    type: `/problems/${slug}`,
    title,
    status: answered,
    ...(code && PROBLEMS[code] ? { code } : {}),
  };
  return new Response(JSON.stringify({ ...body, ...(errors ? { errors } : {}) }), {
    status: answered,
    headers,
  });
}
