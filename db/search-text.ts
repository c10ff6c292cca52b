/** How names are compared in a search: small letters, no accents. Done here, so that no Postgres extension is needed. */

/** `García-Núñez` → `garcia-nunez`. Letters without a decomposition (ø, ł) stay as they are. */
export function foldText(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** What is stored in `provider.search_text`: everything a typed word may match, folded. */
export function searchText(displayName: string, specialties: readonly string[]): string {
  return foldText([displayName, ...specialties.map((code) => code.replaceAll("-", " "))].join(" "));
}
