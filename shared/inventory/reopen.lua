-- sold -> refunded, after MySQL has the refund: the seats go to standby, else back on sale.
--
-- ARGV  1 hold
--       2 buyer  3 seats  both only of a retired partition, once its archived ledger was found to have the hold as sold
-- reply {'released', buyer, version, '0', promoted hold...}  {'settled', state}  {'unknown'}
--       {'retired'}  the archived ledger has to be asked whether it was refunded before
if not meta then return { 'unknown' } end
local hold = readHold(ARGV[1])

if meta.status == 'retired' then
  if hold then return { 'settled', hold.state } end
  if not ARGV[2] then return { 'retired' } end
  -- There are no rows to mark: counters and ledger tell. The hold is remembered for as long as two may be at this refund.
  local count = countSeats(ARGV[3])
  writeHold({ id = ARGV[1], state = 'f', buyer = ARGV[2], expiresAt = now, seats = ARGV[3], attempt = 1, payer = 'refunded' })
  redis.call('EXPIRE', HOLDS, 86400)
  meta.sold = meta.sold - count
  meta.free = meta.free + count
  ledger('t', 'refund', 'h', ARGV[1], 'u', ARGV[2], 's', ARGV[3])
  save()
  return { 'released', ARGV[2], stamp(), '0' }
end
if not hold then return { 'unknown' } end
if hold.state ~= 's' then return { 'settled', hold.state } end

hold.state = 'f'
hold.payer = 'refunded'
writeHold(hold)
forget(hold)
meta.sold = meta.sold - hold.count
freeSeats(hold.seats)
ledger('t', 'refund', 'h', hold.id, 'u', hold.buyer, 's', hold.seats)
local promoted = promote()
save()
return { 'released', hold.buyer, stamp(), '0', unpack(promoted) }
