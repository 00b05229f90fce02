-- What people have reported. The one thing that anybody said which is ever stored: the lines that a reporter ticked, until
-- the report expires. People are known by keyed hashes alone.
CREATE TABLE IF NOT EXISTS reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  conversation TEXT NOT NULL,
  reason TEXT NOT NULL,
  note TEXT,
  -- [{"from","n","text","verified"}]
  lines TEXT NOT NULL,
  -- How many of the lines were really said by the one who is reported.
  verified INTEGER NOT NULL,
  reporter_visitor TEXT NOT NULL,
  reporter_network TEXT,
  accused_visitor TEXT NOT NULL,
  accused_network TEXT,
  -- How often the same was reported.
  times INTEGER NOT NULL DEFAULT 1,
  status TEXT NOT NULL DEFAULT 'open',
  decided INTEGER,
  decision TEXT,
  UNIQUE (conversation, reporter_visitor)
) STRICT;

CREATE INDEX IF NOT EXISTS reports_by_status ON reports (status, id);
CREATE INDEX IF NOT EXISTS reports_by_accused ON reports (accused_visitor);
CREATE INDEX IF NOT EXISTS reports_by_reporter ON reports (reporter_visitor);
CREATE INDEX IF NOT EXISTS reports_by_expiry ON reports (expires);

-- What the reporter's word counts: 1 at first, less with each report of theirs that was dismissed, more again with each
-- that was upheld.
CREATE VIEW IF NOT EXISTS weighed AS
SELECT reports.*, (
  SELECT (1.0 + sum(other.status = 'upheld')) / (1.0 + sum(other.status = 'upheld') + sum(other.status = 'dismissed'))
  FROM reports AS other WHERE other.reporter_visitor = reports.reporter_visitor
) AS weight
FROM reports;
