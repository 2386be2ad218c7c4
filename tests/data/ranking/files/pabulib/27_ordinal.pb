META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;18
num_votes;61
budget;20569
vote_type;ordinal
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;3800.0;17;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;5600.0;9;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;4400.0;8;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;7650.0;10;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;8200.0;8;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;8000.0;12;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;4750.0;9;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;9100.0;5;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;6400.0;17;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;3350.0;8;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;3750.0;10;Straßenbäume, Abschnitt 11;Grün / Verkehr
111;1900.0;12;Straßenbäume, Abschnitt 12;Grün / Verkehr
112;7650.0;14;Straßenbäume, Abschnitt 13;Grün / Verkehr
113;3500.0;16;Straßenbäume, Abschnitt 14;Grün / Verkehr
114;9400.0;14;Straßenbäume, Abschnitt 15;Grün / Verkehr
115;2750.0;10;Straßenbäume, Abschnitt 16;Grün / Verkehr
116;5000.0;9;Straßenbäume, Abschnitt 17;Grün / Verkehr
117;2750.0;8;Straßenbäume, Abschnitt 18;Grün / Verkehr
VOTES
voter_id;vote
1;100,115
2;112,103,113
3;105,114,100
4;108,113,112
5;106,104
6;106,110,109,104
7;101,113,108,112,117
8;108,113,112,101,117,103
9;111
10;102,104
11;107,109,110,102
12;113
13;114,111,105,100,115
14;114
15;105,100
16;100
17;116,115,100
18;101,108
19;100,116,114,105
20;110
21;112,113,108,103,117
22;110,106,104,102,109,107
23;108
24;107,102,110
25;112,113,108,103,117
26;110,109,102
27;111,114,115
28;101,108,112
29;100
30;107,102
31;105,114
32;106,110,104
33;113,108
34;100,116,114,115,111,105
35;100,116
36;105
37;115,100,116,114
38;101,113,115,112
39;110,106,102,109,107
40;109,111,106,105
41;116,100
42;111
43;108,113,101,112,103,117
44;113,108,103,117
45;105,114,111,115,100,109
46;113
47;113,112,108,101,103
48;100
49;111,114,105
50;116,115,100,114,111
51;108
52;113,108,112,103
53;106,104
54;108,113,112,101,103,117
55;110,109,106,111,104,114
56;103,108,112,117
57;110,106,104,102
58;105,114,111,115,100,116
59;113,101,108
60;112
61;100,105,114,116,111
