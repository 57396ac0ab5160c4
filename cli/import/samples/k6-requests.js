import http from "k6/http";
import { check, group, sleep } from "k6";

const BASE = "http://127.0.0.1:9092";
const json = { headers: { "Content-Type": "application/json" } };

export const options = {
  scenarios: {
    browse: { executor: "constant-vus", vus: 2, duration: "10s" },
    buy: { executor: "constant-vus", vus: 1, duration: "10s", exec: "buy" },
    search: { executor: "constant-vus", vus: 1, duration: "10s", exec: "search" },
  },
  thresholds: { "http_req_duration{name:home}": ["p(95)<500"] },
};

export function setup() {
  http.get(`${BASE}/setup`);
}

function login() {
  const payload = JSON.stringify({ user: "me", tries: 1 });
  const answer = http.post(`${BASE}/login`, payload, json);
  check(answer, {
    "is 200": (r) => r.status === 200,
    "says hello": (r) => r.body.includes("hello world"),
    "is fast": (r) => r.timings.duration < 200,
  });
}

export default function () {
  group("start", () => {
    http.get(`${BASE}/`, { tags: { name: "home" } });
    login();
    sleep(1.5);
  });
  http.batch([
    ["GET", `${BASE}/a.css`],
    { method: "POST", url: `${BASE}/beacon`, body: { page: "home" } },
    `${BASE}/random/${Math.random()}`,
  ]);
  sleep(Math.random());
  if (__ITER > 3) http.get(`${BASE}/rare`);
  // That is all of it.
}

export const buy = () => {
  const id = 7;
  const res = http.del(`${BASE}/orders/${id}`);
  check(res, { ok: (r) => r.status < 400 });
  check(http.get(`${BASE}/orders/${res.json("next")}`), { ok: (r) => r.status === 200 });
};

export function search() {
  http.get(`${BASE}/search?q=${__ENV.QUERY}`);
}
