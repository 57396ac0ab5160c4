import http from "k6/http";
import { check, sleep } from "k6";

const PEAK = 200;

export const options = {
  scenarios: {
    browse: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: "30s", target: PEAK / 2 },
        { duration: "1m", target: PEAK / 2 },
        { duration: "10s", target: 0 },
      ],
      gracefulRampDown: "5s",
    },
    buy: {
      executor: "constant-arrival-rate",
      rate: 20,
      duration: "1m",
      preAllocatedVUs: 50,
      startTime: "10s",
    },
  },
  thresholds: {
    http_req_failed: ["rate<0.01"],
    http_req_duration: [
      "p(95)<500",
      { threshold: "p(99)<1500", abortOnFail: true, delayAbortEval: "10s" },
    ],
    "http_req_duration{scenario:browse}": ["avg<300"],
    checks: ["rate>0.99"],
  },
};

export default function () {
  const answer = http.get("http://127.0.0.1:9092/");
  check(answer, { "status is 200": (r) => r.status === 200 });
  sleep(1);
}
