package synth

// place is a subject of the Russian Federation with its share of the workers.
type place struct {
	code, name string
	early      int // of a thousand permits that begin before otherPlacesFrom
	workers    int // of a thousand later ones
	mix        []trade
}

// trade is an industry's share of a place's workers.
type trade struct {
	industry string // ISIC section letter
	workers  int    // of a hundred
}

// The mixes follow what was said of them: most by far are builders (claims C012 and C091), in Amur Oblast 1,000 of
// 1,867 with 758 in forestry and 81 on farms (C031), and fish plants need them in the Far East (C012, C116). The other
// digits are assumptions, such that construction and section A have 80 to 85 in a hundred together.
var (
	builders = []trade{{"F", 80}, {"C", 11}, {"N", 4}, {"A", 3}, {"I", 2}}
	maritime = []trade{{"F", 70}, {"C", 17}, {"A", 8}, {"N", 3}, {"I", 2}}
	logging  = []trade{{"F", 60}, {"A", 27}, {"C", 9}, {"N", 3}, {"I", 1}}
	amur     = []trade{{"F", 54}, {"A", 42}, {"C", 3}, {"N", 1}}
	fishing  = []trade{{"F", 64}, {"C", 26}, {"A", 6}, {"N", 2}, {"I", 2}}
)

// places holds the shares of the regions. Four in ten are in the Far Eastern district: 12,000 of 30,023, or 32 to 47 in a
// hundred, by published figures of 2017 and 2018. Primorsky Krai's share is near that of 2013 (5,600 of 21,447), 2015 (a
// quarter) and 2018 (10,000 of about 35,000); Amur Oblast's falls from 1,867 of 21,447 to a quota of 1,430 in 2017. No
// region has more workers at the end of a year than Rosstat counts permits there, of all nationalities: that is why
// places with few of those have few workers or none. The other digits are assumptions.
var places = []place{
	{"RU-PRI", "Primorsky Krai", 262, 268, maritime},
	{"RU-AMU", "Amur Oblast", 87, 50, amur},
	{"RU-KHA", "Khabarovsk Krai", 40, 40, logging},
	{"RU-SAK", "Sakhalin Oblast", 25, 25, fishing},
	{"RU-YEV", "Jewish Autonomous Oblast", 8, 8, logging},
	{"RU-SA", "Sakha Republic (Yakutia)", 5, 5, builders},
	{"RU-MAG", "Magadan Oblast", 6, 6, builders},
	{"RU-ZAB", "Zabaykalsky Krai", 20, 20, logging},
	{"RU-BU", "Republic of Buryatia", 6, 6, logging},
	{"RU-IRK", "Irkutsk Oblast", 35, 35, logging},
	{"RU-KYA", "Krasnoyarsk Krai", 50, 50, logging},
	{"RU-NVS", "Novosibirsk Oblast", 40, 40, builders},
	{"RU-OMS", "Omsk Oblast", 4, 4, builders},
	{"RU-TOM", "Tomsk Oblast", 10, 10, builders},
	{"RU-KEM", "Kemerovo Oblast", 8, 8, builders},
	{"RU-SVE", "Sverdlovsk Oblast", 50, 60, builders},
	{"RU-CHE", "Chelyabinsk Oblast", 10, 10, builders},
	{"RU-TYU", "Tyumen Oblast", 40, 45, builders},
	{"RU-TA", "Republic of Tatarstan", 35, 35, builders},
	{"RU-NIZ", "Nizhny Novgorod Oblast", 20, 20, builders},
	{"RU-SPE", "Saint Petersburg", 65, 65, builders},
	{"RU-LEN", "Leningrad Oblast", 16, 16, builders},
	{"RU-MOW", "Moscow", 100, 110, builders},
	{"RU-MOS", "Moscow Oblast", 34, 40, builders},
	{"RU-KDA", "Krasnodar Krai", 20, 20, builders},
	{"RU-ROS", "Rostov Oblast", 4, 4, builders},
}

// nounOf names the industries in the names of employers.
var nounOf = map[string]string{
	"A": "forestry and farming",
	"C": "manufacturing",
	"F": "construction",
	"I": "catering",
	"N": "support services",
}

// occupationsOf lists, by industry, what permits are given for.
var occupationsOf = map[string][]string{
	"A": {"Logger", "Timber sorter", "Chainsaw operator", "Vegetable grower", "Tractor driver", "Farm labourer"},
	"C": {"Fish processing worker", "Sawmill operator", "Sewing machine operator", "Packer"},
	"F": {"Plasterer", "Bricklayer", "Concrete worker", "Painter", "Carpenter", "Steel fixer", "Welder", "Tiler",
		"Construction labourer"},
	"I": {"Cook", "Waiter", "Kitchen hand"},
	"N": {"Cleaner", "Caretaker", "Loader"},
}
