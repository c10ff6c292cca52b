/** Proves that the pages' calls are what openapi.json says: at run time what is sent, and for the compiler what is refused. */
import { describe, expect, it } from "vitest";
import { type AnswerOf, call, livePath } from "../../web/shared/api/call.ts";

const sent: { path: string; init: RequestInit }[] = [];
const fetch = async (path: string, init: RequestInit): Promise<Response> => {
  sent.push({ path, init });
  return new Response("{}");
};

describe("[OA9] a call", () => {
  it("[OA9] sends what it was given, and names no body where there is none", async () => {
    await call(fetch, "get", "/v1/devices/pairings/{id}", {
      path: { id: "a/b c" },
      headers: { "Pairing-Secret": "s" },
    });
    expect(sent.pop()).toEqual({
      path: "/v1/devices/pairings/a%2Fb%20c",
      init: { method: "GET", headers: { "Pairing-Secret": "s" } },
    });
    await call(fetch, "post", "/v1/live/tickets", { token: "t", body: { locationId: "loc_0123456789ab" } });
    expect(sent.pop()).toEqual({
      path: "/v1/live/tickets",
      init: {
        method: "POST",
        headers: { authorization: "Bearer t", "content-type": "application/json" },
        body: '{"locationId":"loc_0123456789ab"}',
      },
    });
    expect(livePath("/v1/live/locations/{id}", { path: { id: "loc_x" }, query: { ticket: "a+b" } })).toBe(
      "/v1/live/locations/loc_x?ticket=a%2Bb",
    );
  });

  it("[OA9] that openapi.json does not know is a type error", () => {
    const never = (): unknown => [
      // @ts-expect-error no such address
      call(fetch, "post", "/v1/device/token", { headers: { "Device-Secret": "s" } }),
      // @ts-expect-error not with this method
      call(fetch, "get", "/v1/devices/token", { headers: { "Device-Secret": "s" } }),
      // @ts-expect-error its header is missing
      call(fetch, "post", "/v1/devices/token", {}),
      // @ts-expect-error an id is missing
      call(fetch, "get", "/v1/devices/pairings/{id}", { headers: { "Pairing-Secret": "s" } }),
      // @ts-expect-error no such member
      call(fetch, "post", "/v1/live/tickets", { token: "t", body: { location: "loc_0123456789ab" } }),
      // @ts-expect-error no socket
      livePath("/v1/live/clinics/{id}", { path: { id: "loc_x" } }),
    ];
    // @ts-expect-error an answer has the members that it says, and no other
    const answer = (body: AnswerOf<"/v1/devices/token", "post", 200>): unknown => body.secrets;
    expect([never, answer]).toHaveLength(2);
  });
});
