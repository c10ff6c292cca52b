/** `npm run openapi`: writes what the contracts say to where the site serves it as /openapi.json. */
import { writeFileSync } from "node:fs";
import { OPENAPI_FILE, openApiText } from "./openapi/document.ts";

writeFileSync(OPENAPI_FILE, openApiText());
console.log(`Wrote ${OPENAPI_FILE}.`);
