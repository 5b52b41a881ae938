-- Grants one slot of the request budget if one is due, or says how long to wait. Nothing is booked
-- ahead: an asker that waits and dies has taken no slot.
--
-- Times are this server's, in microseconds: the workers' clocks play no part.
--
-- KEYS[1] budget (hash)   KEYS[2] gate
-- ARGV[1] lane: transactional or campaign
-- ARGV[2] interval at full pace   ARGV[3] how much lateness is made up for
-- ARGV[4] longest interval there can be   ARGV[5] pace regained per microsecond, in thousandths
-- ARGV[6] how long nothing of this need be remembered by (ms)
-- returns {0, 0, pace} granted; {1, microseconds, pace} wait; {2, microseconds, 0} the gate is closed
local gate = redis.call('PTTL', KEYS[2])
if gate > 0 then
  return {2, gate * 1000, 0}
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local kept = redis.call('HMGET', KEYS[1], 'due', 'transactionalUntil', 'pace', 'pacedAt')
local due = tonumber(kept[1]) or 0
local transactional_until = tonumber(kept[2]) or 0
local pace = 1000
if kept[3] then
  pace = math.min(1000, tonumber(kept[3]) + math.max(0, now - tonumber(kept[4])) * tonumber(ARGV[5]))
end
local interval = math.floor(tonumber(ARGV[2]) * 1000 / pace)
local longest = tonumber(ARGV[4])
local shown = math.floor(pace)

-- Nothing is ever due further away than this, unless the clock has stepped back (a failover does it).
if due - now > longest then
  due = now + interval
  redis.call('HSET', KEYS[1], 'due', string.format('%.0f', due))
end
if transactional_until - now > 2 * longest then
  transactional_until = 0
end

if now < due then
  if ARGV[1] == 'transactional' then
    -- Kept for half an interval beyond the slot: long enough for its asker to come back, short enough
    -- that the slot is used by another asker if it never does.
    redis.call('HSET', KEYS[1], 'transactionalUntil', string.format('%.0f', due + interval / 2))
  end
  return {1, due - now, shown}
end
if ARGV[1] ~= 'transactional' and now < transactional_until then
  return {1, transactional_until - now, shown}
end
local from = math.max(due, now - tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', from + interval))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return {0, 0, shown}
