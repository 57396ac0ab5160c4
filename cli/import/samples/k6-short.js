export let options = {
  vus: 5,
  duration: "20s",
  thresholds: { http_reqs: ["rate>100", "count>10"] },
};
