-- Ratings as a city sends them: 96 % satisfied, 0.4 % bad (15,250 in 4.02 million), half of those
-- with words and a phone.
-- wrk runs this; arguments: seed, mean pause in ms between a connection's requests, codes.

local codes = {}
local pause = 0

function init(args)
  math.randomseed(tonumber(args[1]))
  pause = tonumber(args[2])
  for i = 3, #args do codes[#codes + 1] = args[i] end
end

local function hex(n)
  return string.format("%0" .. n .. "x", math.random(0, 16 ^ n - 1))
end

local function key()
  return hex(8) .. "-" .. hex(4) .. "-4" .. hex(3) .. "-a" .. hex(3) .. "-" .. hex(6) .. hex(6)
end

local headers = { ["Content-Type"] = "application/json", ["Accept-Language"] = "zh-CN,zh;q=0.9" }
headers["User-Agent"] = "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Mobile Safari/537.36"

function request()
  local start = '{"point":"' .. codes[math.random(#codes)] .. '","key":"' .. key() .. '",'
  local draw = math.random(1000)
  local rest
  if draw <= 960 then
    rest = '"level":"satisfied","reasons":["517"]}'
  elseif draw <= 996 then
    rest = '"level":"basically_satisfied","comment":"排队时间有点长。"}'
  elseif draw <= 998 then
    rest = '"level":"dissatisfied","reasons":["214"]}'
  else
    rest = '"level":"dissatisfied","reasons":["213","214"],"comment":"窗口没有人，等了四十分钟。",'
      .. '"contact":{"phone":"138' .. math.random(10000000, 99999999) .. '","call_back":true}}'
  end
  return wrk.format("POST", nil, headers, start .. rest)
end

function delay()
  if pause == 0 then return 0 end
  return math.floor(pause * 2 * math.random() + 0.5)
end

function done(summary, latency, requests)
  local wrong = summary.errors
  io.write(string.format(
    '\nMEASURED {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
