-- Deletes a campaign's record, if it is still the one that was read. Only for one without rows: nothing
-- else of it is there yet.
--
-- What frees memory comes first, so that a full Redis takes the event, too. That the feed can take it is seen before.
--
-- KEYS[1] record   KEYS[2] campaigns   KEYS[3] agenda   KEYS[4] feed
-- ARGV[1] id   ARGV[2] tag that was read   ARGV[3] the event
-- returns 1 when deleted, else 0
local current = redis.call('GET', KEYS[1])
if not current or string.sub(current, 1, 8) ~= ARGV[2] then
  return 0
end
local feed = redis.call('TYPE', KEYS[4]).ok
if feed ~= 'none' and feed ~= 'stream' then
  return redis.error_reply('WRONGTYPE the feed of events is no stream: delete the key ' .. KEYS[4])
end
redis.call('DEL', KEYS[1])
redis.call('XADD', KEYS[4], '*', 'e', ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1
