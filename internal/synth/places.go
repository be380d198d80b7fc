package synth

// place is a subject of the Russian Federation with its share of the workers.
type place struct {
	code, name string
	workers    int // of a thousand
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
	builders = []trade{{"F", 83}, {"C", 8}, {"N", 4}, {"A", 3}, {"I", 2}}
	maritime = []trade{{"F", 70}, {"C", 17}, {"A", 8}, {"N", 3}, {"I", 2}}
	logging  = []trade{{"F", 60}, {"A", 27}, {"C", 9}, {"N", 3}, {"I", 1}}
	amur     = []trade{{"F", 54}, {"A", 42}, {"C", 3}, {"N", 1}}
	fishing  = []trade{{"F", 64}, {"C", 26}, {"A", 6}, {"N", 2}, {"I", 2}}
)

// places holds the shares of the regions. Seven in ten are in what is the Far Eastern district since November 2018;
// Primorsky Krai's share lies between the reports of 2013 and 2014 (a quarter) and of February 2018 (a third and more).
var places = []place{
	{"RU-PRI", "Primorsky Krai", 295, maritime},
	{"RU-KHA", "Khabarovsk Krai", 130, logging},
	{"RU-AMU", "Amur Oblast", 90, amur},
	{"RU-SAK", "Sakhalin Oblast", 72, fishing},
	{"RU-YEV", "Jewish Autonomous Oblast", 20, logging},
	{"RU-SA", "Sakha Republic (Yakutia)", 16, builders},
	{"RU-KAM", "Kamchatka Krai", 14, fishing},
	{"RU-MAG", "Magadan Oblast", 10, builders},
	{"RU-CHU", "Chukotka Autonomous Okrug", 3, builders},
	{"RU-ZAB", "Zabaykalsky Krai", 30, logging},
	{"RU-BU", "Republic of Buryatia", 20, logging},
	{"RU-IRK", "Irkutsk Oblast", 24, logging},
	{"RU-KYA", "Krasnoyarsk Krai", 22, builders},
	{"RU-NVS", "Novosibirsk Oblast", 26, builders},
	{"RU-OMS", "Omsk Oblast", 6, builders},
	{"RU-TOM", "Tomsk Oblast", 6, builders},
	{"RU-KEM", "Kemerovo Oblast", 5, builders},
	{"RU-SVE", "Sverdlovsk Oblast", 18, builders},
	{"RU-CHE", "Chelyabinsk Oblast", 6, builders},
	{"RU-TYU", "Tyumen Oblast", 6, builders},
	{"RU-TA", "Republic of Tatarstan", 16, builders},
	{"RU-NIZ", "Nizhny Novgorod Oblast", 5, builders},
	{"RU-SPE", "Saint Petersburg", 62, builders},
	{"RU-LEN", "Leningrad Oblast", 16, builders},
	{"RU-MOW", "Moscow", 46, builders},
	{"RU-MOS", "Moscow Oblast", 24, builders},
	{"RU-KDA", "Krasnodar Krai", 8, builders},
	{"RU-ROS", "Rostov Oblast", 4, builders},
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
