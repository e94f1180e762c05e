UPDATE quarantine SET status = s.status, reason = coalesce(s.reason, quarantine.reason),
  sentence = coalesce(s.sentence, quarantine.sentence), sentence_zh = coalesce(s.sentence_zh, quarantine.sentence_zh)
FROM settled s WHERE quarantine.quarantine_id = s.quarantine_id
