-- Ends a partition that has closed or was cancelled, once nothing in it is left to finish: from then on entries that
-- are still decided get nothing. Later changes in MySQL (orders, refunds) are followed as before.
--
-- reply {'over'}  {'not_stocked'}
--       {'busy'} seats are held, being paid or in transfer, a buyer is in standby or has to be told, or it is open
if not meta then return { 'not_stocked' } end
if meta.isOver then return { 'over' } end
if not meta.isClosed or meta.held > 0 or meta.paying > 0 or redis.call('ZCARD', STANDBY) > 0
  or redis.call('HLEN', LENT) > 0 or redis.call('HLEN', UNTOLD) > 0 then
  return { 'busy' }
end
redis.call('HSET', META, 'status', 'over')
ledger('t', 'over')
save()
return { 'over' }
