package dbtest

import (
	"homebound/db"
	"homebound/internal/labour"
)

// Sample returns the reference tables of a small world, all valid, and no register: Russia with the Far East and
// Siberia, of which Buryatia leaves the second for the first on 4 November 2018; a grouping that belongs to nobody;
// Mozambique abroad; North Korean, Vietnamese and Uzbek workers; two resolutions; rates of the dollar for 2017 and
// 2018, and none of the won.
func Sample() Content {
	date := labour.MustParseDate
	year := func(indicator string, y int, value float64, unit string) labour.Observation {
		p := labour.YearPeriod(y)
		return labour.Observation{Indicator: indicator, Region: "RU", From: p.From, To: p.To, Value: value, Unit: unit,
			Status: labour.StatusNormal, Source: "statistics"}
	}
	stock := func(on string, value float64, status labour.ObservationStatus, source string) labour.Observation {
		return labour.Observation{Indicator: labour.WorkersPresentReported, Region: "RU", Nationality: "KP", From: date(on), To: date(on),
			Value: value, Unit: "persons", Status: status, Source: source, Confidence: labour.High}
	}
	return Content{
		Settings: db.Settings{LocalLanguage: "ru"},
		Sources: []labour.Source{
			{ID: "register", Title: "Register of work permits", Publisher: "Ministry of Labour", Kind: labour.Government,
				URL: "https://example.org/register", PublishedOn: On("2019-03-01"), Licence: "CC-BY-4.0"},
			{ID: "regions", Title: "Administrative divisions", Publisher: "Statistics Office", Kind: labour.OfficialStatistics},
			{ID: "statistics", Title: "Yearbook", Publisher: "Statistics Office", Kind: labour.OfficialStatistics},
			{ID: "synthetic", Title: "Made up for tests", Publisher: "Homebound", Kind: labour.Synthetic},
			{ID: "united-nations", Title: "Reports under resolution 2397", Publisher: "United Nations", Kind: labour.UnitedNations},
		},
		Countries: []labour.Country{{Code: "KP", Name: "North Korea"}, {Code: "UZ", Name: "Uzbekistan"}, {Code: "VN", Name: "Viet Nam"}},
		Industries: []labour.Industry{
			{Code: "A", NameEN: "Agriculture, forestry and fishing", NameLocal: "Сельское хозяйство"},
			{Code: "C", NameEN: "Manufacturing", NameLocal: "Обрабатывающие производства"},
			{Code: "F", NameEN: "Construction", NameLocal: "Строительство"},
		},
		Regions: []labour.Region{
			{Code: "MZ", NameEN: "Mozambique", Kind: labour.KindCountry},
			{Code: "RU", NameEN: "Russian Federation", NameLocal: "Российская Федерация", Kind: labour.KindCountry},
			{Code: "RU-AMU", NameEN: "Amur Oblast", NameLocal: "Амурская область", Kind: labour.KindSubject},
			{Code: "RU-BU", NameEN: "Republic of Buryatia", NameLocal: "Республика Бурятия", Kind: labour.KindSubject},
			{Code: "RU-FD-FE", NameEN: "Far Eastern Federal District", NameLocal: "Дальневосточный федеральный округ", Kind: labour.KindDistrict},
			{Code: "RU-FD-SI", NameEN: "Siberian Federal District", NameLocal: "Сибирский федеральный округ", Kind: labour.KindDistrict},
			{Code: "RU-IRK", NameEN: "Irkutsk Oblast", NameLocal: "Иркутская область", Kind: labour.KindSubject},
			{Code: "RU-PRI", NameEN: "Primorsky Krai", NameLocal: "Приморский край", Kind: labour.KindSubject},
			{Code: "X-BAIKAL", NameEN: "Around Lake Baikal", Kind: labour.KindOther},
		},
		Memberships: []labour.Membership{
			{Code: "RU-AMU", Parent: "RU-FD-FE"},
			{Code: "RU-BU", Parent: "RU-FD-SI", ValidTo: On("2018-11-03")},
			{Code: "RU-BU", Parent: "RU-FD-FE", ValidFrom: On("2018-11-04")},
			{Code: "RU-FD-FE", Parent: "RU"},
			{Code: "RU-FD-SI", Parent: "RU"},
			{Code: "RU-IRK", Parent: "RU-FD-SI"},
			{Code: "RU-PRI", Parent: "RU-FD-FE"},
		},
		Indicators: []labour.Indicator{
			{Code: "FX_RUB_PER_KPW", Name: "Roubles for one won", Unit: "RUB"},
			{Code: "FX_RUB_PER_USD", Name: "Roubles for one US dollar", Unit: "RUB", Definition: "Average of the year."},
			{Code: labour.GrossRegionalProduct, Name: "Gross regional product", Unit: "RUB"},
			{Code: labour.WorkersPresentReported, Name: "Workers present as reported", Unit: "persons"},
		},
		Observations: []labour.Observation{
			year("FX_RUB_PER_USD", 2017, 60, "RUB"),
			year("FX_RUB_PER_USD", 2018, 62.5, "RUB"),
			year(labour.GrossRegionalProduct, 2017, 92e12, "RUB"),
			stock("2017-12-31", 30023, labour.StatusNormal, "united-nations"),
			stock("2018-12-31", 11490, labour.StatusProvisional, "united-nations"),
			stock("2018-12-31", 11000, labour.StatusEstimated, "statistics"),
		},
		Sanctions: []labour.Sanction{
			{Symbol: "S/RES/2375(2017)", Paragraph: "17", Title: "No new work authorisations", AdoptedOn: date("2017-09-11"),
				Nationalities: []string{"KP"}, Source: "united-nations"},
			{Symbol: "S/RES/2397(2017)", Paragraph: "8", Title: "Repatriation within 24 months", AdoptedOn: date("2017-12-22"),
				Deadline: On("2019-12-22"), Nationalities: []string{"KP"}, Source: "united-nations"},
		},
		Claims: []labour.Claim{
			{ID: "C1", Topic: "STOCK", Statement: "As many as 37,000 were here at a time.", Speaker: "The ambassador",
				MadeOn: On("2018-02-07"), Operator: labour.AtMost, ValueLow: Some(37000.0), Unit: "persons", Region: "RU", Nationality: "KP",
				Measure: labour.PeakWorkersPresent, Source: "register", Confidence: labour.Medium},
		},
	}
}
