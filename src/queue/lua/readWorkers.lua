-- Reads all workers and the time of this server, at one moment: whether a worker lives is judged by the
-- clock that its heartbeats were noted by.
--
-- KEYS[1] reports (hash: worker id to report)   KEYS[2] seen (sorted set: worker id by epoch ms)
-- returns now (epoch ms), the workers (id, seen, …) by when they were seen, the reports (id, report, …)
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
return {
  now,
  redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES'),
  redis.call('HGETALL', KEYS[1]),
}
