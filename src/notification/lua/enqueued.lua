-- Writes that jobs were added: replaces each record that is still the one that was read. Records that
-- live and go on living, so that nothing else of theirs changes; for all else there is change.lua.
--
-- KEYS[1] due, then the record of each notification
-- ARGV of each notification: id, tag that was read, record (new tag + packed), next check (epoch ms)
-- returns of each: 1 when written, else 0
local answers = {}
for at = 1, #ARGV / 4 do
  local id, tag, packed, check = unpack(ARGV, 4 * at - 3, 4 * at)
  local current = redis.call('GETRANGE', KEYS[at + 1], 0, 7)
  -- Its own new tag: the command was sent again, and had succeeded the first time.
  if current == string.sub(packed, 1, 8) then
    answers[at] = 1
  elseif current == tag then
    redis.call('SET', KEYS[at + 1], packed)
    redis.call('ZADD', KEYS[1], check, id)
    answers[at] = 1
  else
    answers[at] = 0
  end
end
return answers
