META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;17
num_votes;43
budget;35391
vote_type;approval
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;3500.0;12;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;1600.0;10;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;150.0;12;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;7800.0;3;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;5950.0;13;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;350.0;7;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;8500.0;11;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;2050.0;12;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;9450.0;7;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;6950.0;9;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;2200.0;13;Straßenbäume, Abschnitt 11;Grün / Verkehr
111;8850.0;9;Straßenbäume, Abschnitt 12;Grün / Verkehr
112;7650.0;13;Straßenbäume, Abschnitt 13;Grün / Verkehr
113;1050.0;10;Straßenbäume, Abschnitt 14;Grün / Verkehr
114;4300.0;6;Straßenbäume, Abschnitt 15;Grün / Verkehr
115;3800.0;11;Straßenbäume, Abschnitt 16;Grün / Verkehr
116;1150.0;7;Straßenbäume, Abschnitt 17;Grün / Verkehr
VOTES
voter_id;vote
1;107,112,104,110
2;112,107,110,114,104
3;106
4;111,100,102,101,116,115
5;100,102,111
6;106,109,105,108
7;107,114
8;100,102,101
9;110,104,112,115,107
10;107,115
11;109,106,113,108,103
12;106,113,103
13;112,104,110,114,107
14;109,113,108,106,105,103
15;109,106,113,105,108
16;104,110,115,112,107,114
17;105,106,113,109
18;105,106
19;112,107,104,115
20;102,100,101
21;104,110,115,112
22;102,100,101
23;100,101,102,111,116,115
24;110,107,112,104
25;110,112,104
26;112,107,110,104,114
27;104,115
28;109,106,113
29;100,111,102,101,116
30;110,104
31;100,102,111,101,116,115
32;116,105,113,109,106,108
33;108
34;100,101,102,111,116,115
35;100,102,111,101
36;107,114,112,110,104
37;107,110,112
38;111,100,101,102,115,116
39;100,111,102
40;110,112
41;109,106,113,105,108
42;113,109
43;113
