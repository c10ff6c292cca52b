/**
 * Reads iCalendar as a calendar program does, from octets, and shares no code with core/ical: unfolds, splits into
 * components, unescapes, and turns a local time into an instant by the VTIMEZONE that came along and nothing else.
 */

export interface Property {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: string;
}
export interface Component {
  readonly name: string;
  readonly properties: Property[];
  readonly parts: Component[];
}

const LINE = /^([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)$/s;

/** Content lines, unfolded as octets: a fold inside a character would come out right here, so look at `rawLines` too. */
function unfold(octets: Uint8Array): string[] {
  const latin = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  if (!latin.endsWith("\r\n")) throw new Error("the last line has no end");
  const lines = latin.slice(0, -2).replaceAll("\r\n ", "").split("\r\n");
  return lines.map((line) =>
    new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(line, (c) => c.charCodeAt(0))),
  );
}

/** Physical lines, each decoded by itself: throws if a character is torn apart. */
export function rawLines(octets: Uint8Array): { readonly text: string; readonly octets: number }[] {
  const lines: { text: string; octets: number }[] = [];
  let from = 0;
  for (let to = 0; to < octets.length; to++) {
    if (octets[to] !== 13 || octets[to + 1] !== 10) continue;
    const line = octets.subarray(from, to);
    lines.push({ text: new TextDecoder("utf-8", { fatal: true }).decode(line), octets: line.length });
    from = to + 2;
  }
  if (from !== octets.length) throw new Error("the last line has no end");
  return lines;
}

function parseLine(line: string): Property {
  const [, name, parameters, value] = LINE.exec(line) ?? [];
  if (name === undefined || parameters === undefined || value === undefined)
    throw new Error(`not a content line: ${line}`);
  const pairs = [...parameters.matchAll(/;([A-Z-]+)=(?:"([^"]*)"|([^";:,]*))/g)];
  return {
    name,
    parameters: Object.fromEntries(pairs.map((pair) => [pair[1], pair[2] ?? pair[3] ?? ""])),
    value,
  };
}

export function readCalendar(text: string): Component {
  const root: Component = { name: "", properties: [], parts: [] };
  const open = [root];
  for (const line of unfold(new TextEncoder().encode(text))) {
    const property = parseLine(line);
    const here = open.at(-1) as Component;
    if (property.name === "BEGIN") {
      const part = { name: property.value, properties: [], parts: [] };
      here.parts.push(part);
      open.push(part);
    } else if (property.name === "END") {
      if (here.name !== property.value) throw new Error(`END:${property.value} inside ${here.name}`);
      open.pop();
    } else here.properties.push(property);
  }
  if (open.length !== 1 || root.parts.length !== 1) throw new Error("not one whole component");
  return root.parts[0] as Component;
}

export const partsOf = (component: Component, name: string): Component[] =>
  component.parts.filter((part) => part.name === name);

export function textOf(component: Component, name: string): string | undefined {
  const found = component.properties.filter((property) => property.name === name);
  if (found.length > 1) throw new Error(`${name} comes twice`);
  return found[0]?.value;
}

export const unescapeText = (value: string): string =>
  value.replace(/\\([\\;,nN])/g, (_, character: string) =>
    character.toLowerCase() === "n" ? "\n" : character,
  );

/** `20261124T092000` as milliseconds, as if it were UTC. */
function localMs(basic: string): number {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})$/.exec(basic)?.slice(1).map(Number);
  if (!parts) throw new Error(`not a time: ${basic}`);
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function offsetMs(text: string | undefined): number {
  const parts = /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(text ?? "");
  if (!parts) throw new Error(`not an offset: ${text}`);
  const seconds = Number(parts[2]) * 3_600 + Number(parts[3]) * 60 + Number(parts[4] ?? 0);
  return (parts[1] === "-" ? -1 : 1) * seconds * 1_000;
}

/** The instant of DTSTART or DTEND. Of two instants with one wall-clock time it is the first (RFC 5545 §3.3.5). */
export function instantOf(calendar: Component, event: Component, name: "DTSTART" | "DTEND"): number {
  const property = event.properties.find((candidate) => candidate.name === name) as Property;
  if (property.value.endsWith("Z")) return localMs(property.value.slice(0, -1));
  const zone = partsOf(calendar, "VTIMEZONE").find(
    (candidate) => textOf(candidate, "TZID") === property.parameters.TZID,
  );
  if (!zone) throw new Error("a time in a zone that is not described");
  const onsets = zone.parts
    .map((part) => {
      const before = offsetMs(textOf(part, "TZOFFSETFROM"));
      return {
        at: localMs(textOf(part, "DTSTART") as string) - before,
        after: offsetMs(textOf(part, "TZOFFSETTO")),
      };
    })
    .sort((a, b) => a.at - b.at);
  const local = localMs(property.value);
  // Every instant whose wall shows this time: each onset's offset, if that instant lies in its span.
  const shown = onsets.flatMap(({ at, after }, index) => {
    const instant = local - after;
    return instant >= at && instant < (onsets[index + 1]?.at ?? Number.POSITIVE_INFINITY) ? [instant] : [];
  });
  if (shown.length === 0) throw new Error(`no instant shows ${property.value}`);
  return Math.min(...shown);
}
