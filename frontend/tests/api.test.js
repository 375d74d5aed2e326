import assert from "node:assert/strict";
import { test } from "node:test";
import { makeApi } from "../src/api.js";

const json = (status, body, type = "application/json") => new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
const problem = (status, slug, extra = {}) => json(status, { type: `urn:quizapp:${slug}`, title: "T", detail: "D", status, ...extra }, "application/problem+json");

function server(...answers) {
  const calls = [];
  const fetch = async (url, { method, headers, body }) => {
    calls.push({ method, url, token: headers["X-CSRFToken"], body });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { api: makeApi({ csrf: "old", fetch }), calls };
}

test("a save is one PUT with the token", async () => {
  const { api, calls } = server(json(200, { no: 5, seq: 1, saved_at: "x" }));
  assert.deepEqual(await api.save("a/b", 5, { seq: 1, choice: [2] }), { no: 5, seq: 1, saved_at: "x" });
  assert.deepEqual(calls, [{ method: "PUT", url: "/api/v1/attempts/a%2Fb/responses/5", token: "old", body: '{"seq":1,"choice":[2]}' }]);
});

test("a stale token is renewed; whose attempt it is, is asked before the answer travels again", async () => {
  const { api, calls } = server(problem(400, "csrf"), json(200, { signed_in: true, csrf: "new" }), json(200, { state: "open" }), json(200, { seq: 1 }));
  await api.save("a", 5, { seq: 1, choice: [] });
  assert.deepEqual(calls.map(({ method, url, token }) => [method, url.split("/").at(-1), token]), [
    ["PUT", "5", "old"], ["GET", "session", undefined], ["GET", "time", undefined], ["PUT", "5", "new"],
  ]);
});

test("answers never travel with somebody else's session", async () => {
  const { api, calls } = server(json(200, { signed_in: true, csrf: "new" }), problem(403, "not-allowed"), json(200, { signed_in: true, csrf: "new" }), json(200, { state: "open" }), json(200, { seq: 1 }));
  api.doubt();
  await assert.rejects(api.save("a", 5, { seq: 1, choice: [] }), { slug: "not-yours", status: 403 });
  assert.equal(calls.some(({ method }) => method === "PUT"), false);
  await api.save("a", 5, { seq: 1, choice: [] }); // its owner is back
  assert.deepEqual(calls.map(({ method }) => method), ["GET", "GET", "GET", "GET", "PUT"]);
});

test("an older server is asked the long question", async () => {
  const unknown = () => problem(404, "http-404");
  const session = () => json(200, { signed_in: true, csrf: "new" });
  const { api, calls } = server(session(), unknown(), problem(403, "not-allowed"), session(), unknown(), json(200, { ref: "a" }), json(200, { seq: 1 }));
  api.doubt();
  await assert.rejects(api.save("a", 5, { seq: 1, choice: [] }), { slug: "not-yours" });
  await api.save("a", 5, { seq: 1, choice: [] });
  assert.deepEqual(calls.map(({ method }) => method), ["GET", "GET", "GET", "GET", "GET", "GET", "PUT"]);
});

test("signed out stays signed out until somebody signs in", async () => {
  const { api, calls } = server(problem(401, "signed-out"), json(200, { signed_in: false, csrf: "new" }));
  await assert.rejects(api.save("a", 5, { seq: 1, choice: [] }), { slug: "signed-out", status: 401 });
  assert.equal(calls.length, 2);
});

test("a problem keeps what it tells", async () => {
  const { api } = server(problem(409, "stale", { newer: { seq: 7, choice: [1] } }));
  await assert.rejects(api.save("a", 5, { seq: 1, choice: [] }), (error) => error.slug === "stale" && error.extra.newer.seq === 7 && error.detail === "D");
});

test("no answer is 'network'; a page where JSON was due is nobody's answer", async () => {
  await assert.rejects(server(new TypeError("failed")).api.session(), { slug: "network", status: 0 });
  await assert.rejects(server(new Response("<html>", { status: 200, headers: { "Content-Type": "text/html" } })).api.session(), { slug: "http-200" });
});
