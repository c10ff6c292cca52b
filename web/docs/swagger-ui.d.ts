/** What we use of swagger-ui, whose ES bundle brings no types. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  type Props = Readonly<Record<string, unknown>>;
  /** A part of the interface, as React has them. */
  type Component = (props: Props) => unknown;

  interface System {
    readonly React: {
      createElement(type: string | Component, props: Props | null, ...children: readonly unknown[]): unknown;
    };
  }

  interface Plugin {
    readonly wrapComponents?: Readonly<Record<string, (original: Component, system: System) => Component>>;
  }

  interface Options {
    readonly url: string;
    readonly domNode: HTMLElement;
    readonly deepLinking?: boolean;
    readonly docExpansion?: "list" | "full" | "none";
    readonly defaultModelsExpandDepth?: number;
    readonly displayRequestDuration?: boolean;
    readonly filter?: boolean;
    readonly persistAuthorization?: boolean;
    readonly validatorUrl?: string | null;
    readonly queryConfigEnabled?: boolean;
    readonly syntaxHighlight?: { readonly theme: string };
    readonly plugins?: readonly Plugin[];
  }

  export default function SwaggerUI(options: Options): unknown;
}
