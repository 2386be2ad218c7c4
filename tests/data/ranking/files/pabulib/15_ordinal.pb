META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;12
num_votes;49
budget;28126
vote_type;ordinal
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;5900;9;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;8000;27;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;5500;13;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;8600;20;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;6800;14;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;8250;13;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;3200;19;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;1850;9;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;250;21;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;9250;21;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;5300;17;Straßenbäume, Abschnitt 11;Grün / Verkehr
111;5700;6;Straßenbäume, Abschnitt 12;Grün / Verkehr
VOTES
voter_id;vote
1;108,103,100,101,109,105
2;110,106
3;106
4;108,100
5;103,108,100,101,109
6;101,105,109,104
7;101,105,109,104,103,108
8;104,101
9;103
10;110,106
11;105,109,101,104,106,108
12;102,106,110
13;105,101
14;102,110,106,107,111,104
15;103,108
16;104,105,101,109,106,110
17;108,109,103,101
18;110,102,106,107
19;105,109,101,104,103
20;102,110,106,107,111,104
21;108,103
22;108,103,100,101,109
23;108,103,100,101,109,105
24;101,108,103,109
25;110,102,106,111,107
26;109,105,104,101,106,108
27;104
28;110,102,106,111,107,101
29;103,108,101,109
30;102,110
31;110,102,106,107
32;105,104,101,109,106,103
33;108,103,109,105,101
34;104,101,105,109
35;104,101,105
36;106,110,102,107,111,101
37;108,103,109,101,100
38;108,103,101,100,109
39;102,110,106,107
40;110
41;103,108,100,109,101
42;109,101,108
43;103,108
44;103,108
45;110,106,102
46;110,102,106,104
47;103,108,100
48;110,102,107,106,111,101
49;101,109
