# The mapping in jq 1.6, whose numbers are doubles: amounts are whole numbers below 2**53 throughout.
# Input: rows of JSON Lines, with -n. Output: arrays ["offer", {...}] and ["rejection", {...}].

# Patterns are slow in jq, so cells are first asked whether they have blanks at all.
def blanks: startswith(" ") or endswith(" ") or startswith("\u00a0") or endswith("\u00a0") or startswith("\t")
  or endswith("\t") or startswith("\n") or endswith("\n") or startswith("\r") or endswith("\r");
def trimmed: if . != "" and blanks then sub("^\\s+"; "") | sub("\\s+$"; "") else . end;
def fault($code; $column; $value): {code: $code, column: $column, value: $value};

# A number as a whole number of 10**-$scale, or a fault; null where the cell is empty.
def number($cell; $column; $scale; $least; $most; $required):
  if $cell == "" then (if $required then {code: "R102", column: $column} else null end)
  elif $cell | test("^-?[0-9]+(\\.[0-9]+)?$") | not then fault("R101"; $column; $cell)
  else ($cell | split(".")) as $parts
    | (if $parts | length == 1 then "" else $parts[1] end) as $part
    | if ($parts | add | ltrimstr("-") | length) > 18 or ($part[$scale:] | . != "" and tonumber != 0)
      then fault("R101"; $column; $cell)
      else ($parts[0] + ($part + "000000")[:$scale] | tonumber) as $number
        | if $number < $least or $number > $most then fault("R103"; $column; $cell) else $number end
      end
  end;

# The last Sunday of a month of 31 days, 01:00 UTC, when the clocks of Europe change.
def change($year; $month): ([$year, $month, 31, 1, 0, 0, 0, 0] | mktime)
  | . - ((. / 86400 + 4 | floor) % 7) * 86400;
# What the clocks of Paris show as seconds since 1970, or a fault: no skipped hour, the earlier of two.
def moment($cell; $column):
  if $cell == "" then null
  elif ($cell | test("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$") | not) then fault("R105"; $column; $cell)
  else ((try ($cell | strptime("%Y-%m-%d %H:%M") | mktime) catch null)) as $shown
    | if $shown == null or ($shown | strftime("%Y-%m-%d %H:%M")) != $cell then fault("R105"; $column; $cell)
      else ($cell[:4] | tonumber) as $year | change($year; 2) as $spring | change($year; 9) as $autumn
        | if $shown - 7200 >= $spring and $shown - 7200 < $autumn then $shown - 7200
          elif $shown - 3600 < $spring or $shown - 3600 >= $autumn then $shown - 3600
          else fault("R105"; $column; $cell) end
      end
  end;
def flag($cell): if $cell == "" then null
  else ($cell | ascii_downcase) as $word
    | if ["y", "1", "oui", "yes", "true"] | index($word) then true
      elif ["n", "0", "non", "no", "false"] | index($word) then false
      else fault("R106"; "align_flag"; $cell) end
  end;
def sku($cell): if $cell == "" then {code: "R102", column: "sku"}
  elif $cell | test("^[!-{}~]{1,50}$") then $cell else fault("R108"; "sku"; $cell) end;
def some($cell; $column): if $cell == "" then {code: "R102", column: $column} else $cell end;

# A code of 13 digits, or null.
def gtin13: length as $size | if ($size == 13 or $size == 12 or $size == 8) and test("^0*[1-9][0-9]*$") then
    ("00000" + .)[-13:] | . as $code
    | if (explode | map(. - 48) | [range(0; 13) as $k | .[$k] * (if $k % 2 == 1 then 3 else 1 end)] | add) % 10 == 0
      then $code else null end
  else null end;

# The price in cents, half up. Products pass 2**53, so the cost times the margin is cut in two.
def price($cost; $margin; $vat): ($cost * $margin) as $a
  | (10000 + $vat) as $v | (($a / 100000) | floor) as $high | ($a - $high * 100000) as $low
  | ($high * $v) as $x | (($x / 100000) | floor) as $q
  | $q + ((($x - $q * 100000) * 100000 + $low * $v + 5000000000) / 10000000000 | floor);

def steps: [70, 60, 50, 40, 30, 20, 10];
def discount($p; $price): if $p.start != null and $p.end != null and $p.sale != null and $p.end > $p.start
    and $p.sale * 100 <= $price * 95 and $price >= 10
  then {discount: {
    start: ($p.start | todate), end: ($p.end | todate), referencePrice: ($price / 100),
    percent: ([steps[] | select($p.sale * 100 <= $price * (100 - .))][0] // 5)}}
  else {} end;
def packaging($p; $units): $units[$p.unit] as $known
  | if $known == null or $p.content == null then {}
    else (($p.content * $known.factor + 500) / 1000 | floor) as $value
      | if $value > 0 then {packaging: {unit: $known.packaging, value: ($value / 1000)}} else {} end
    end;
def alignment($p; $price): if $p.flag == true and $p.lowest != null
  then {mode: "Align", minimumPrice: (([$p.lowest, $price] | min) / 100)} else {mode: "DontAlign"} end;

# Table keys in small letters, accents too: ascii_downcase leaves those alone.
def lower: ascii_downcase | split("É") | join("é") | split("È") | join("è");

def payload($p; $gtin; $mode; $tables): price($p.cost; $tables.margins[$p.category | lower] // 13000; $p.vat) as $price
  | {
    sellerExternalReference: $p.sku, product: {gtin: $gtin}, condition: "New",
    price: ({price: ($price / 100)}
      + (if $p.struck != null and $p.struck > $price then {originPrice: ($p.struck / 100)} else {} end)
      + {taxes: [{code: "VAT", value: ($p.vat / 100)}, {code: "Ecotax", value: 0}, {code: "Deatax", value: 0}]}),
    quantity: ([0, $p.stock - 2] | max), preparationTime: $p.days,
    deliveryModes: [{code: $mode, cost: ($p.shipping / 100), additionalCost: ((($p.shipping + 1) / 2 | floor) / 100)}],
    priceAlignment: alignment($p; $price)
  } + packaging($p; $tables.units) + discount($p; $price);

def product: {
  sku: sku(.sku | trimmed), ean: some(.ean | trimmed; "ean"), category: some(.category | trimmed; "category"),
  cost: number(.cost | trimmed; "cost"; 4; 100; 1000000000; true),
  vat: number(.vat_rate | trimmed; "vat_rate"; 2; 0; 10000; true),
  struck: number(.compare_at_price | trimmed; "compare_at_price"; 2; 10; 10000000; false),
  stock: number(.stock_qty | trimmed; "stock_qty"; 0; 0; 1000000; true),
  content: number(.unit_value | trimmed; "unit_value"; 3; 1; 1000000000; false),
  sale: number(.sale_price | trimmed; "sale_price"; 2; 1; 10000000; false),
  lowest: number(.min_price | trimmed; "min_price"; 2; 1; 10000000; false),
  shipping: number(.shipping_cost | trimmed; "shipping_cost"; 2; 0; 100000; true),
  days: number(.prep_days | trimmed; "prep_days"; 0; 1; 10; true),
  start: moment(.sale_start | trimmed; "sale_start"), end: moment(.sale_end | trimmed; "sale_end"),
  flag: flag(.align_flag | trimmed),
  unit: (.unit | trimmed | lower), mode: (.delivery_mode | trimmed | lower)
};

def mapped($row; $tables): product as $p
  | ([$p[] | objects]) as $faults
  | (if $p.ean | type == "string" then $p.ean | gtin13 else null end) as $gtin
  | $tables.modes[$p.mode] as $mode
  | ($faults
    + (if $gtin == null and ($p.ean | type == "string")
       then [{code: "R208", message: "EAN \($p.ean) is not a valid code"}] else [] end)
    + (if $mode == null then [{code: "R208", message: "No delivery mode is known for this row"}] else [] end)) as $reasons
  | if $reasons == [] then ["offer", {row: $row, sku: $p.sku, package: "json", payload: payload($p; $gtin; $mode; $tables)}]
    else ["rejection", {row: $row, sku: .sku, outcome: "rejected", reasons: $reasons}] end;

foreach inputs as $line ({row: 0}; {row: (.row + 1), line: $line}; .row as $row | .line | mapped($row; $tables))
