-- Writes that jobs were added: replaces each record that is still the one that was read. Records that
-- live and go on living, so that nothing else of theirs changes; for all else there is change.lua.
--
-- KEYS[1] due   KEYS[2] feed, then the record of each notification
-- ARGV[1] how many events the feed may hold, or '' where another process sees to that
-- then ARGV of each notification: id, tag that was read, record (new tag + packed), next check (epoch ms),
-- its event
-- returns of each: 1 when written, else 0
local answers = {}
for at = 1, (#ARGV - 1) / 5 do
  local id, tag, packed, check, event = unpack(ARGV, 5 * at - 3, 5 * at + 1)
  local current = redis.call('GETRANGE', KEYS[at + 2], 0, 7)
  -- Its own new tag: the command was sent again, and had succeeded the first time.
  if current == string.sub(packed, 1, 8) then
    answers[at] = 1
  elseif current == tag then
    -- Its event right before it: neither is there without the other (accept.lua).
    if ARGV[1] == '' then
      redis.call('XADD', KEYS[2], '*', 'e', event)
    else
      redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[1], '*', 'e', event)
    end
    redis.call('SET', KEYS[at + 2], packed)
    redis.call('ZADD', KEYS[1], check, id)
    answers[at] = 1
  else
    answers[at] = 0
  end
end
return answers
