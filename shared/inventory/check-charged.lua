-- Whether a hold whose card was charged can still become an order. Usually it can, since it is in payment. A failover
-- may have lost the hold, or lost the fact that it was being paid, so that it ended. Then it still can if its seats are
-- free: complete-payment.lua takes them again once MySQL has the order. Changes nothing.
--
-- ARGV  1 hold  2 buyer  3 seats
-- reply {'kept'}  also if Redis knows nothing of the drop: MySQL decides
--       {'lost'}  the seats are somebody else's by now, the buyer has other ones, or the drop was cancelled or is over
if not meta then return { 'kept' } end
local hold = readHold(ARGV[1])
if hold and hold.state ~= 'r' then return { 'kept' } end
local live = redis.call('HGET', ENTRIES, ARGV[2])
if live and live:sub(1, 1) == 'H' then return { 'lost' } end
if meta.status ~= 'open' or not allFree(ARGV[3]) then return { 'lost' } end
return { 'kept' }
