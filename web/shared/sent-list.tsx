/** What would have been sent, as /dev shows it: drawn by the server, and again by the browser when something is new. */

export interface SentMessage {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly to: string;
  readonly kind: "code" | "invitation";
  readonly text: string;
}

const TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "UTC" });

export const SentList = ({ sent }: { sent: readonly SentMessage[] }) =>
  sent.length === 0 ? (
    <p>Nothing was sent yet.</p>
  ) : (
    <ul class="rows">
      {sent.map(({ at, to, kind, text }) => (
        <li key={`${at}${to}${text}`} class="row" data-sent={kind} data-to={to}>
          <p>
            {kind === "code" ? <strong class="sent-code">{text}</strong> : <a href={text}>Invitation</a>}
            <br />
            <span class="muted">
              to {to} at <time dateTime={new Date(at).toISOString()}>{TIME.format(at)} UTC</time>
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
