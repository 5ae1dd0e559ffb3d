-- sold -> refunded, after MySQL has the refund: the seats go to standby, else back on sale.
--
-- ARGV  1 hold
-- reply {'released', buyer, version, '0', promoted hold...}  {'settled', state}  {'unknown'}
if not meta then return { 'unknown' } end
local hold = readHold(ARGV[1])
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
