META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;19
num_votes;133
budget;19090
vote_type;choose-1
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;800;1;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;8350;2;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;2200;4;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;700;12;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;3050;3;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;3950;12;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;3100;12;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;5750;4;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;8950;1;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;7150;3;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;3550;4;Straßenbäume, Abschnitt 11;Grün / Verkehr
111;5200;18;Straßenbäume, Abschnitt 12;Grün / Verkehr
112;3200;11;Straßenbäume, Abschnitt 13;Grün / Verkehr
113;8050;2;Straßenbäume, Abschnitt 14;Grün / Verkehr
114;8400;3;Straßenbäume, Abschnitt 15;Grün / Verkehr
115;8400;3;Straßenbäume, Abschnitt 16;Grün / Verkehr
116;9700;12;Straßenbäume, Abschnitt 17;Grün / Verkehr
117;1050;10;Straßenbäume, Abschnitt 18;Grün / Verkehr
118;3900;16;Straßenbäume, Abschnitt 19;Grün / Verkehr
VOTES
voter_id;vote
1;112
2;118
3;113
4;118
5;105
6;105
7;116
8;111
9;106
10;106
11;118
12;118
13;106
14;106
15;103
16;110
17;116
18;103
19;114
20;117
21;106
22;116
23;102
24;105
25;103
26;103
27;116
28;105
29;110
30;118
31;105
32;112
33;111
34;117
35;111
36;109
37;109
38;104
39;116
40;116
41;101
42;105
43;117
44;116
45;107
46;117
47;112
48;107
49;118
50;111
51;113
52;106
53;118
54;107
55;104
56;111
57;106
58;116
59;118
60;106
61;111
62;118
63;115
64;102
65;106
66;111
67;116
68;117
69;105
70;112
71;118
72;116
73;111
74;107
75;117
76;103
77;111
78;109
79;103
80;118
81;105
82;118
83;102
84;103
85;111
86;112
87;111
88;103
89;112
90;105
91;101
92;111
93;118
94;118
95;106
96;117
97;112
98;112
99;102
100;118
101;118
102;103
103;106
104;112
105;114
106;105
107;114
108;110
109;103
110;117
111;116
112;103
113;111
114;111
115;111
116;116
117;117
118;115
119;112
120;111
121;105
122;115
123;100
124;112
125;104
126;108
127;103
128;110
129;111
130;105
131;106
132;111
133;117
