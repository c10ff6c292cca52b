/** /docs: what openapi.json says, to read and to try. swagger-ui shows it; dark or light is the system's choice. */
import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import { ourParts } from "./our-parts.ts";

/** swagger-ui has dark colours under this class, and leaves it to the page when. */
const DARK = "dark-mode";

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = (): boolean => document.documentElement.classList.toggle(DARK, dark.matches);
follow();
dark.addEventListener("change", follow);

const domNode = document.getElementById("operations");
if (domNode)
  SwaggerUI({
    url: "/openapi.json",
    domNode,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false, // a token stays in this tab's memory and nowhere else
    queryConfigEnabled: false, // no address makes this page read somebody else's description
    validatorUrl: null, // nor does it ask anybody what they think of ours
    syntaxHighlight: { theme: "obsidian" }, // of swagger-ui's themes one whose colours can be read
    plugins: [ourParts],
  });
