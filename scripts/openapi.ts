/** `npm run openapi`: writes what the contracts say to where the site serves it as /openapi.json, and as types for the pages' scripts. */
import { writeFileSync } from "node:fs";
import { OPENAPI_FILE, openApiText } from "./openapi/document.ts";
import { TYPES_FILE, typesText } from "./openapi/generator/types.ts";

const text = openApiText();
writeFileSync(OPENAPI_FILE, text);
writeFileSync(TYPES_FILE, await typesText(text));
console.log(`Wrote ${OPENAPI_FILE} and ${TYPES_FILE}.`);
