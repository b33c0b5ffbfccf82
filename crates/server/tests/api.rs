//! Each answer of the API has the form that the OpenAPI document says, and the document names each address.

mod support;

use serde_json::Value;
use support::{Site, articles};

fn q(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn document(site: &Site) -> Value {
    site.get("/api/openapi.json").is(200).json()
}

/// Returns the violations of a schema in a value, with their paths.
fn wrong(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = document.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not there"));
        return wrong(document, schema, value, place);
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        let found: Vec<_> = ways.iter().map(|way| wrong(document, way, value, place)).collect();
        return if found.iter().any(Vec::is_empty) { Vec::new() } else { found.concat() };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts.iter().flat_map(|part| wrong(document, part, value, place)).collect();
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |wanted: &str| wanted == kind || wanted == "number" && kind == "integer";
    let right = match &schema["type"] {
        Value::String(wanted) => fits(wanted),
        Value::Array(wanted) => wanted.iter().any(|wanted| fits(wanted.as_str().unwrap())),
        _ => true,
    };
    if !right {
        return vec![format!("{place}: {value} is no {}", schema["type"])];
    }
    let mut all = Vec::new();
    if let Some(values) = schema["enum"].as_array().filter(|values| !values.contains(value)) {
        all.push(format!("{place}: {value} is none of {values:?}"));
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        all.extend(wrong(document, &schema["items"], item, &format!("{place}[{at}]")));
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        for (name, value) in object {
            match properties.get(name) {
                Some(schema) => all.extend(wrong(document, schema, value, &format!("{place}.{name}"))),
                None => all.push(format!("{place}.{name} is not in the document")),
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                all.push(format!("{place}.{name} is not there"));
            }
        }
    }
    all
}

#[test]
fn a_value_of_another_form_is_seen() {
    let document = serde_json::json!({"a": {"type": "object", "required": ["n"], "properties": {"n": {"type": ["integer", "null"]}}}});
    let schema = serde_json::json!({"$ref": "#/a"});
    let check = |value: Value| wrong(&document, &schema, &value, "").len();
    assert_eq!(check(serde_json::json!({"n": 1})), 0);
    assert_eq!(check(serde_json::json!({"n": null})), 0);
    for value in [
        serde_json::json!({"n": "1"}),
        serde_json::json!({}),
        serde_json::json!({"n": 1, "m": 2}),
        serde_json::json!([]),
    ] {
        assert_eq!(check(value.clone()), 1, "{value}");
    }
}

#[test]
fn answers_are_as_the_document_says() {
    let site = Site::with_articles();
    let mut article = articles().remove(0);
    article.id = gongxun_core::article::ArticleId::new("x", "repaired");
    article.title = "另一篇算法文章".into();
    article.repairs = vec![gongxun_core::article::Repair::new(gongxun_core::article::RepairKind::Gloss, 2, 0.5)];
    article.original = Some([("title".to_string(), "损坏".to_string())].into());
    article.uncertain = [("title".to_string(), vec![0..1])].into();
    let id = article.id.clone();
    site.put([article]);
    let document = document(&site);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let query = q("工会");
    for (path, address) in [
        ("/api/search", format!("/api/search?q={query}&facets=true&explain=true")),
        ("/api/search", format!("/api/search?q={}&facets=true&synonyms=true&partial=true", q("讨薪 工会"))),
        ("/api/search", format!("/api/search?q={}", q("工汇 日期:2025-02-30 地点:岚州"))),
        ("/api/search", format!("/api/search?q={}", q("整页:举报电话"))),
        ("/api/search", format!("/api/search?source={}&limit=0", q("东原工人报"))),
        ("/api/articles/{id}", format!("/api/articles/{id}")),
        ("/api/articles/{id}/copies", format!("/api/articles/{id}/copies")),
        ("/api/similar/{id}", format!("/api/similar/{id}?limit=3")),
        ("/api/why-not/{id}", format!("/api/why-not/{id}?q={}", q("罢工 算法 OR 工会"))),
        ("/api/timeline", format!("/api/timeline?q={query}&by=year")),
        ("/api/timeline", format!("/api/timeline?q={query}&synonyms=true&partial=true&by=day")),
        ("/api/compare", format!("/api/compare?q={query}&q={}", q("讨薪"))),
        ("/api/concordance", format!("/api/concordance?q={query}&sort=right")),
        ("/api/concordance", format!("/api/concordance?q={query}&sentence=true&limit=1")),
        ("/api/search", format!("/api/search?q={query}&facets=true&occurrences=true&exact=true&synonyms=true")),
        ("/api/timeline", format!("/api/timeline?q={query}&occurrences=true")),
        ("/api/timeline", format!("/api/timeline?q={query}&per=characters")),
        ("/api/compare", format!("/api/compare?q={query}&q={}&per=characters&by=month", q("讨薪"))),
        ("/api/compare", format!("/api/compare?q={query}&occurrences=true")),
        ("/api/keywords", format!("/api/keywords?q={query}&min=1")),
        ("/api/collocations", format!("/api/collocations?q={query}&min=1&window=20")),
        ("/api/suggest", "/api/suggest?q=gong".to_string()),
        ("/api/stats", "/api/stats".to_string()),
        ("/healthz", "/healthz".to_string()),
    ] {
        let answer = site.get(&address).is(200);
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path}: the document has no schema");
        let wrong = wrong(&document, schema, &answer.json(), "");
        assert!(wrong.is_empty(), "{address}: {wrong:#?}\n{}", answer.text());
    }
    // And problems.
    let problem = site.get("/api/search?limit=x").is(400).json();
    let schema = &document["components"]["responses"]["Failed"]["content"]["application/problem+json"]["schema"];
    assert!(schema.is_object(), "{}", document["components"]["responses"]);
    assert!(wrong(&document, schema, &problem, "").is_empty(), "{problem}");
}

#[test]
fn occurrences_and_words_are_those_of_the_library() {
    let site = Site::with_articles();
    let q = q("工会");
    let plain = site.get(&format!("/api/timeline?q={q}")).is(200).json();
    assert!(plain.get("occurrences").is_none() && plain["periods"][0].get("characters").is_none(), "{plain}");
    let counted = site.get(&format!("/api/timeline?q={q}&occurrences=true")).is(200).json();
    let lines = site.get(&format!("/api/concordance?q={q}")).is(200).json();
    assert_eq!(counted["occurrences"], lines["occurrences"], "{counted}");
    assert!(counted["periods"][0].get("characters").is_none(), "{counted}");
    let facets = site.get(&format!("/api/search?q={q}&facets=true&occurrences=true")).is(200).json();
    assert_eq!(facets["occurrences"], lines["occurrences"], "{facets}");
    assert!(facets["facets"]["source"][0]["occurrences"].is_u64(), "{facets}");
    let shares = site.get(&format!("/api/timeline?q={q}&per=characters")).is(200).json();
    assert!(shares["periods"][0]["per_million"].is_number(), "{shares}");
    let keywords = site.get(&format!("/api/keywords?q={q}&min=1&limit=3")).is(200).json();
    assert_eq!((&keywords["measure"], keywords["keywords"].as_array().unwrap().len()), (&"log-likelihood".into(), 3));
    let near = site.get(&format!("/api/collocations?q={q}&min=1&window=8")).is(200).json();
    assert!(near["window"] == 8 && near["collocations"][0]["left"].is_u64(), "{near}");
}

#[test]
fn the_document_has_what_addresses_take() {
    let site = Site::with_articles();
    let document = document(&site);
    let parameters = document["paths"]["/api/search"]["get"]["parameters"].as_array().unwrap();
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap();
        let value = match parameter["schema"]["type"].as_str().or(parameter["schema"]["type"][0].as_str()) {
            Some("boolean") => "false",
            Some("integer") => "1",
            _ if name == "sort" => "newest",
            _ if name == "from" || name == "to" => "2020",
            _ => "x",
        };
        let q = if name == "q" { "" } else { "q=a&" };
        site.get(&format!("/api/search?{q}{name}={value}")).is(200);
        assert!(parameter["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    assert!(parameters.len() >= 20, "{}", parameters.len());
}

#[test]
fn an_export_is_all_hits_and_no_more() {
    let site = Site::new();
    let many: Vec<_> = (0..3_000)
        .map(|n| {
            gongxun_core::article::Article::new(
                &format!("k{n}"),
                format!("第{n}篇"),
                format!("工会第{n}次会议讨论工资。"),
            )
        })
        .collect();
    site.put(many);
    let lines = site.get(&format!("/api/export?q={}", q("工会"))).is(200);
    assert_eq!(lines.text().lines().count(), 3_000);
    assert!(lines.text().lines().all(|line| serde_json::from_str::<Value>(line).unwrap()["match"] == "full"));
    assert_eq!(lines.header("content-disposition"), "attachment; filename=\"gongxun.jsonl\"");
    let csv = site.get(&format!("/api/export?q={}&format=csv&limit=7", q("工会"))).is(200);
    assert!(csv.text().starts_with("\u{feff}id,match,title,"), "{}", &csv.text()[..100]);
    assert_eq!(csv.text().matches("\r\n").count(), 8);
    for (format, begins) in [("ris", "TY  - "), ("bibtex", "@misc{"), ("gbt7714", "[1] ")] {
        let text = site.get(&format!("/api/export?q={}&format={format}&limit=3", q("工会"))).is(200);
        assert!(text.text().starts_with(begins), "{format}: {}", text.text());
    }
    assert_eq!(site.get("/api/export").is(200).text().lines().count(), 3_000, "nothing asks for everything");
    site.get("/api/export?q=a&format=xml").is(400);
    assert!(site.get(&format!("/api/export?q={}", q("罢工"))).is(200).bytes.is_empty());
}

#[test]
fn a_feed_is_well_formed_whatever_is_in_it() {
    let site = Site::with_articles();
    let mut hostile = articles().remove(2);
    hostile.title = "工会<b>&\"]]></b>\u{1}\u{ffff}".into();
    hostile.id = gongxun_core::article::ArticleId::new("x", "hostile");
    site.put([hostile]);
    let feed =
        site.ask(&format!("/feed.atom?q={}", q("工会")), &[("x-forwarded-proto", "https"), ("accept", "*/*")]).is(200);
    assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
    let text = feed.text();
    assert!(text.contains("<title>工会&lt;b&gt;&amp;&quot;]]&gt;&lt;/b&gt;␁\u{fffd}</title>"), "{text}");
    assert!(text.contains("href=\"https://localhost:7878/article/"), "{text}");
    assert!(text.contains("<updated>2021-07-28T09:30:00+08:00</updated>"), "{text}");
    // Each tag that is opened is closed, in order.
    let mut open = Vec::new();
    for tag in text.split('<').skip(2) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    // What is by a synonym alone is no news of the query.
    assert!(!site.get(&format!("/feed.atom?q={}", q("讨薪"))).is(200).text().contains("追讨工资的冬天"));
}

#[test]
fn what_the_other_addresses_can_not_do_is_a_problem() {
    let site = Site::with_articles();
    for (address, status) in [
        ("/api/timeline?q=a&by=week", 400),
        ("/api/compare", 400),
        ("/api/compare?q=", 400),
        ("/api/compare?q=a&by=year&by=month", 400),
        ("/api/compare?q=a&x=1", 400),
        ("/api/concordance?source=x", 400),
        ("/api/concordance", 400),
        ("/api/concordance?q=a&limit=1001", 400),
        ("/api/concordance?q=a&context=201", 400),
        ("/api/compare?q=a&per=words", 400),
        ("/api/collocations?source=x", 400),
        ("/api/collocations?q=a&window=201", 400),
        ("/api/collocations?q=a&limit=1001", 400),
        ("/api/keywords?q=a&limit=1001", 400),
        ("/api/keywords?q=a&min=x", 400),
        ("/api/similar/nobody", 404),
        ("/api/similar/nobody?limit=51", 400),
        ("/api/why-not/nobody?q=a", 404),
        ("/api/suggest?q=a&limit=51", 400),
        ("/feed.atom?source=", 400),
        ("/api/search?from=%20", 400),
    ] {
        assert_eq!(site.get(address).is(status).header("content-type"), "application/problem+json", "{address}");
    }
    let many = "q=a&".repeat(21);
    site.get(&format!("/api/compare?{many}")).is(400);
}
