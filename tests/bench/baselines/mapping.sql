-- The mapping in DuckDB's SQL: views and macros; duckdb_mapping.py makes `feed` and the tables, and reads
-- `offer_lines` and `rejection_lines`. Decimals are exact; `round` takes half away from zero.

CREATE MACRO bare(cell) AS nullif(trim(cell, blanks()), '');

-- A cell is a number of at most 18 digits, of which so many stand behind the point.
CREATE MACRO is_number(cell, pattern) AS
  regexp_full_match(cell, pattern) AND length(replace(replace(cell, '.', ''), '-', '')) <= 18;
CREATE MACRO tenthousandths(cell) AS
  CASE WHEN is_number(cell, '-?[0-9]+([.][0-9]{1,4}0*)?') THEN try_cast(cell AS DECIMAL(18, 4)) END;
CREATE MACRO thousandths(cell) AS
  CASE WHEN is_number(cell, '-?[0-9]+([.][0-9]{1,3}0*)?') THEN try_cast(cell AS DECIMAL(18, 3)) END;
CREATE MACRO hundredths(cell) AS
  CASE WHEN is_number(cell, '-?[0-9]+([.][0-9]{1,2}0*)?') THEN try_cast(cell AS DECIMAL(18, 2)) END;
CREATE MACRO whole(cell) AS
  CASE WHEN is_number(cell, '-?[0-9]+([.]0+)?') THEN try_cast(cell AS DECIMAL(18, 0)) END;

-- What the clocks of Paris show, in UTC. Of a repeated hour DuckDB takes the later, so the hour before is
-- tried first; an instant whose clock shows something else stands for an hour that was skipped.
CREATE MACRO clock(utc) AS (utc AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Paris';
CREATE MACRO utc_of(shown) AS (shown AT TIME ZONE 'Europe/Paris') AT TIME ZONE 'UTC';
CREATE MACRO instant_of(shown) AS CASE
  WHEN clock(utc_of(shown) - INTERVAL 1 HOUR) = shown THEN utc_of(shown) - INTERVAL 1 HOUR
  WHEN clock(utc_of(shown)) = shown THEN utc_of(shown) END;
CREATE MACRO instant(cell) AS CASE WHEN length(cell) = 16
  THEN instant_of(try_strptime(cell, '%Y-%m-%d %H:%M')) END;

CREATE MACRO flag(cell) AS CASE
  WHEN lower(cell) IN ('y', '1', 'oui', 'yes', 'true') THEN true
  WHEN lower(cell) IN ('n', '0', 'non', 'no', 'false') THEN false END;

-- Length and check digit; every other digit, from the last but one, counts three times.
CREATE MACRO digit(code, place) AS (code // CAST(power(10, place) AS BIGINT)) % 10;
CREATE MACRO check_sum(code) AS
  digit(code, 0) + digit(code, 2) + digit(code, 4) + digit(code, 6) + digit(code, 8) + digit(code, 10)
  + digit(code, 12) + 3 * (digit(code, 1) + digit(code, 3) + digit(code, 5) + digit(code, 7)
  + digit(code, 9) + digit(code, 11));
CREATE MACRO is_gtin(ean) AS length(ean) IN (8, 12, 13) AND regexp_full_match(ean, '[0-9]+')
  AND try_cast(ean AS BIGINT) > 0 AND check_sum(try_cast(ean AS BIGINT)) % 10 = 0;

CREATE VIEW cells AS SELECT
  number, sku AS as_sent, bare(sku) AS sku, bare(ean) AS ean, bare(category) AS category, bare(cost) AS cost,
  bare(vat_rate) AS vat_rate, bare(compare_at_price) AS compare_at_price, bare(stock_qty) AS stock_qty,
  bare(unit) AS unit, bare(unit_value) AS unit_value, bare(sale_start) AS sale_start,
  bare(sale_end) AS sale_end, bare(sale_price) AS sale_price, bare(min_price) AS min_price,
  bare(align_flag) AS align_flag, bare(delivery_mode) AS delivery_mode, bare(shipping_cost) AS shipping_cost,
  bare(prep_days) AS prep_days
FROM feed;

CREATE VIEW readings AS SELECT
  *,
  is_gtin(ean) AS gtin_is_right,
  tenthousandths(cost) AS cost_, hundredths(vat_rate) AS vat_, hundredths(compare_at_price) AS struck_,
  whole(stock_qty) AS stock_, thousandths(unit_value) AS content_, hundredths(sale_price) AS sale_,
  hundredths(min_price) AS lowest_, hundredths(shipping_cost) AS shipping_, whole(prep_days) AS days_,
  instant(sale_start) AS start_, instant(sale_end) AS end_, flag(align_flag) AS flag_
FROM cells;

-- A row is sound where each cell that must be there is, and each that is there can be read.
CREATE VIEW judged AS SELECT
  * EXCLUDE (margin), coalesce(margin, 1.30) AS margin,
  coalesce(
    regexp_full_match(sku, '[!-{}~]{1,50}') AND gtin_is_right AND category IS NOT NULL AND code IS NOT NULL
    AND cost_ BETWEEN 0.01 AND 100000 AND vat_ BETWEEN 0 AND 100 AND stock_ BETWEEN 0 AND 1000000
    AND shipping_ BETWEEN 0 AND 1000 AND days_ BETWEEN 1 AND 10
    AND (compare_at_price IS NULL OR struck_ BETWEEN 0.10 AND 100000)
    AND (unit_value IS NULL OR (content_ > 0 AND content_ <= 1000000))
    AND (sale_price IS NULL OR (sale_ > 0 AND sale_ <= 100000))
    AND (min_price IS NULL OR (lowest_ > 0 AND lowest_ <= 100000))
    AND (sale_start IS NULL OR start_ IS NOT NULL) AND (sale_end IS NULL OR end_ IS NOT NULL)
    AND (align_flag IS NULL OR flag_ IS NOT NULL),
    false) AS is_sound
FROM readings
  LEFT JOIN margins ON margins.key = lower(category)
  LEFT JOIN units ON units.key = lower(unit)
  LEFT JOIN modes ON modes.key = lower(delivery_mode);

CREATE VIEW priced AS SELECT
  *,
  CAST(round(CAST(cost_ AS DECIMAL(10, 4)) * margin * CAST(1 + vat_ / 100.0 AS DECIMAL(5, 4)), 2)
    AS DECIMAL(18, 2)) AS price,
  round(CAST(content_ AS DECIMAL(10, 3)) * factor, 3) AS content
FROM judged WHERE is_sound;

CREATE VIEW offers AS SELECT
  *,
  end_ > start_ AND sale_ * 100 <= price * 95 AND price >= 0.10 AS is_on_sale,
  replace(replace(sku, '\', '\\'), '"', '\"') AS escaped
FROM priced;

CREATE VIEW offer_lines AS SELECT
  '{"row":' || number || ',"sku":"' || escaped || '","package":"json","payload":{"sellerExternalReference":"'
  || escaped || '","product":{"gtin":"' || lpad(ean, 13, '0') || '"},"condition":"New","price":{"price":'
  || price || CASE WHEN struck_ > price THEN ',"originPrice":' || struck_ ELSE '' END
  || ',"taxes":[{"code":"VAT","value":' || vat_
  || '},{"code":"Ecotax","value":0},{"code":"Deatax","value":0}]},"quantity":' || greatest(0, stock_ - 2)
  || ',"preparationTime":' || days_ || ',"deliveryModes":[{"code":"' || code || '","cost":' || shipping_
  || ',"additionalCost":' || round(shipping_ * 0.5, 2) || '}],"priceAlignment":{'
  || CASE WHEN flag_ AND lowest_ IS NOT NULL
    THEN '"mode":"Align","minimumPrice":' || least(lowest_, price) ELSE '"mode":"DontAlign"' END
  || '}' || CASE WHEN packaging IS NOT NULL AND content > 0
    THEN ',"packaging":{"unit":"' || packaging || '","value":' || content || '}' ELSE '' END
  || CASE WHEN is_on_sale THEN
    ',"discount":{"start":"' || strftime(start_, '%Y-%m-%dT%H:%M:%SZ') || '","end":"'
    || strftime(end_, '%Y-%m-%dT%H:%M:%SZ') || '","referencePrice":' || price || ',"percent":'
    || greatest(5, (100 - CAST(ceil(sale_ * 10 / price) AS INTEGER) * 10)) || '}' ELSE '' END
  || '}}' AS line
FROM offers;

CREATE MACRO fault(code, name, cell) AS
  '{"code":"' || code || '","column":"' || name || '","value":' || to_json(cell) || '}';
CREATE MACRO lack(name) AS '{"code":"R102","column":"' || name || '"}';
-- A number that is needed, or not; `read` is null where the cell is no number.
CREATE MACRO number_fault(name, cell, read, fits, needed) AS CASE
  WHEN cell IS NULL THEN CASE WHEN needed THEN lack(name) END
  WHEN read IS NULL THEN fault('R101', name, cell)
  WHEN NOT fits THEN fault('R103', name, cell) END;
CREATE MACRO word_fault(code, name, cell, is_read) AS
  CASE WHEN cell IS NOT NULL AND NOT is_read THEN fault(code, name, cell) END;

CREATE VIEW rejection_lines AS SELECT
  '{"row":' || number || ',"sku":' || coalesce(to_json(as_sent), '""') || ',"outcome":"rejected","reasons":['
  || concat_ws(',',
    CASE WHEN sku IS NULL THEN lack('sku') END, CASE WHEN ean IS NULL THEN lack('ean') END,
    CASE WHEN category IS NULL THEN lack('category') END,
    word_fault('R108', 'sku', sku, regexp_full_match(sku, '[!-{}~]{1,50}')),
    number_fault('cost', cost, cost_, cost_ BETWEEN 0.01 AND 100000, true),
    number_fault('vat_rate', vat_rate, vat_, vat_ BETWEEN 0 AND 100, true),
    number_fault('compare_at_price', compare_at_price, struck_, struck_ BETWEEN 0.10 AND 100000, false),
    number_fault('stock_qty', stock_qty, stock_, stock_ BETWEEN 0 AND 1000000, true),
    number_fault('unit_value', unit_value, content_, content_ > 0 AND content_ <= 1000000, false),
    number_fault('sale_price', sale_price, sale_, sale_ > 0 AND sale_ <= 100000, false),
    number_fault('min_price', min_price, lowest_, lowest_ > 0 AND lowest_ <= 100000, false),
    number_fault('shipping_cost', shipping_cost, shipping_, shipping_ BETWEEN 0 AND 1000, true),
    number_fault('prep_days', prep_days, days_, days_ BETWEEN 1 AND 10, true),
    word_fault('R105', 'sale_start', sale_start, start_ IS NOT NULL),
    word_fault('R105', 'sale_end', sale_end, end_ IS NOT NULL),
    word_fault('R106', 'align_flag', align_flag, flag_ IS NOT NULL),
    CASE WHEN ean IS NOT NULL AND NOT coalesce(gtin_is_right, false)
      THEN '{"code":"R208","message":' || to_json('EAN ' || ean || ' is not a valid code') || '}' END,
    CASE WHEN code IS NULL THEN '{"code":"R208","message":"No delivery mode is known for this row"}' END)
  || ']}' AS line
FROM judged WHERE NOT is_sound;
