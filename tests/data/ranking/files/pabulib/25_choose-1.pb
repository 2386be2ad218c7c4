META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;17
num_votes;30
budget;37775
vote_type;choose-1
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;6000.0;2;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;1000.0;3;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;1300.0;0;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;1800.0;2;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;9650.0;0;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;9350.0;4;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;5100.0;0;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;2800.0;3;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;8850.0;2;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;5700.0;2;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;1400.0;1;Straßenbäume, Abschnitt 11;Grün / Verkehr
111;2950.0;1;Straßenbäume, Abschnitt 12;Grün / Verkehr
112;550.0;4;Straßenbäume, Abschnitt 13;Grün / Verkehr
113;8550.0;0;Straßenbäume, Abschnitt 14;Grün / Verkehr
114;9150.0;1;Straßenbäume, Abschnitt 15;Grün / Verkehr
115;9450.0;2;Straßenbäume, Abschnitt 16;Grün / Verkehr
116;4250.0;3;Straßenbäume, Abschnitt 17;Grün / Verkehr
VOTES
voter_id;vote
1;105
2;112
3;114
4;107
5;100
6;109
7;116
8;112
9;103
10;109
11;111
12;103
13;115
14;115
15;100
16;105
17;105
18;101
19;112
20;101
21;107
22;110
23;101
24;112
25;116
26;105
27;108
28;108
29;116
30;107
