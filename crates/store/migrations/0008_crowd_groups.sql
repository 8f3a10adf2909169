-- Crowd groups of shops, and what a member has paid.

-- A group is its app's, under an id that the app chose. place is its order among those of the shop and the app; one that is made
-- again after it was deleted is a new one, the last, and its row replaces the deleted one's. conditions is the JSON that was sent.
CREATE TABLE crowd_group (
    pid TEXT NOT NULL,
    shop_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    place BIGINT NOT NULL CHECK (place > 0),
    crowd_group_id TEXT NOT NULL,
    describe TEXT NOT NULL,
    conditions TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ENABLE', 'DISABLE')),
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (pid, shop_id, app_id, place)
);
CREATE INDEX crowd_group_of_id ON crowd_group (pid, shop_id, app_id, crowd_group_id, place);

-- What a member has paid a merchant, found and read in one range: without a look at the trades themselves. A trade that was
-- never paid is not in it.
CREATE INDEX trade_of_member ON trade (bucket, pid, buyer_id, paid_at, total_fen, refunded_fen, id) WHERE paid_at IS NOT NULL;
