-- The provider declined (or was never asked, and never will be): paying -> held while time is left, else released.
--
-- ARGV  1 hold  2 attempt
-- reply {'held', expiresAt}  {'released', buyer, version, refused until (ms), promoted hold...}
--       {'settled', state}  {'unknown'}
if not meta then return { 'unknown' } end
local hold = readHold(ARGV[1])
if not hold then return { 'unknown' } end
-- A late message about an earlier attempt says nothing about the current one.
if hold.state ~= 'p' or hold.attempt ~= tonumber(ARGV[2]) then return { 'settled', hold.state } end

if now < hold.expiresAt and meta.status == 'open' then
  hold.state = 'h'
  writeHold(hold)
  redis.call('ZREM', PAYING, hold.id)
  redis.call('ZADD', DUE, int(hold.expiresAt), hold.id)
  meta.paying = meta.paying - hold.count
  meta.held = meta.held + hold.count
  ledger('t', 'declined', 'h', hold.id, 'u', hold.buyer, 'a', hold.attempt)
  save()
  return { 'held', int(hold.expiresAt) }
end

local refusedUntil = release(hold, 'declined')
local promoted = promote()
save()
return { 'released', hold.buyer, stamp(), refusedUntil, unpack(promoted) }
