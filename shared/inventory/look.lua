-- The counters of a partition, without reading its rows. Raises its version to the clock: if Redis lost changes at a
-- failover, what is told from then on soon has a higher version than what buyers were told before, even in a partition
-- in which nothing happens any more.
--
-- reply {'gone'}  {'there', capacity, free, held, paying, sold, id of the latest ledger record, version before, status}
if not meta then return { 'gone' } end
local before = int(meta.version)
-- pcall, since the counters must be readable even when the memory of Redis is full.
if microseconds > meta.version then redis.pcall('HSET', META, 'version', int(microseconds)) end
local last = redis.call('XREVRANGE', LEDGER, '+', '-', 'COUNT', 1)[1]
return { 'there', meta.capacity, meta.free, meta.held, meta.paying, meta.sold, last and last[1] or '', before, meta.status }
