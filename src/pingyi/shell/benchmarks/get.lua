-- A page as a phone asks for it; the same summary as rate.lua.
wrk.headers["Accept-Encoding"] = "gzip"
wrk.headers["Accept-Language"] = "zh-CN,zh;q=0.9"

function done(summary, latency, requests)
  local wrong = summary.errors
  io.write(string.format(
    '\nMEASURED {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
