/** TypeScript's types out of openapi.json. In a package of its own: openapi-typescript needs TypeScript 5, which is not ours. */
import openapiTS, { astToString } from "openapi-typescript";

/** Where the browser's code finds them. */
export const TYPES_FILE = "web/shared/api/openapi.ts";

/** @param document the text of openapi.json */
export async function typesText(document: string): Promise<string> {
  const types = astToString(await openapiTS(document, { alphabetize: true, immutable: true }));
  return `/** What openapi.json says, as types. \`npm run openapi\` writes this file. */\n${types}`;
}
