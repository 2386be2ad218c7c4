META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;18
num_votes;54
budget;37689
vote_type;cumulative
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;4400.0;15;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;2500.0;2;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;7850.0;10;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;8450.0;9;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;7550.0;7;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;2400.0;13;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;4200.0;7;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;6500.0;12;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;9400.0;6;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;9750.0;18;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;3550.0;0;Straßenbäume, Abschnitt 11;Grün / Verkehr
111;7850.0;16;Straßenbäume, Abschnitt 12;Grün / Verkehr
112;4750.0;13;Straßenbäume, Abschnitt 13;Grün / Verkehr
113;9000.0;7;Straßenbäume, Abschnitt 14;Grün / Verkehr
114;9850.0;6;Straßenbäume, Abschnitt 15;Grün / Verkehr
115;3250.0;11;Straßenbäume, Abschnitt 16;Grün / Verkehr
116;2150.0;22;Straßenbäume, Abschnitt 17;Grün / Verkehr
117;7450.0;8;Straßenbäume, Abschnitt 18;Grün / Verkehr
VOTES
voter_id;vote;points
1;112,100,102,114;5,5,1,3
2;112,100,116;5,1,4
3;107,111,116;3,5,5
4;109,116,105,102;3,4,4,1
5;109;1
6;104,115;5,2
7;106,117,113;5,5,2
8;115,113,104,117;1,2,3,3
9;117,113;1,3
10;116,100,108,105,109;4,5,3,5,5
11;108,105,114;2,5,2
12;100,116,111,102,109,112;3,5,4,3,4,1
13;100,102,112,114;5,4,3,4
14;115,117;2,2
15;113,104;5,4
16;107,111,116,105,109;1,2,4,2,2
17;100,112,102;2,3,4
18;111;4
19;107,111;1,4
20;102,109,100,112;3,4,3,5
21;108,105,116,109;1,3,2,2
22;103,115,106,104,113;4,4,5,3,3
23;103,106,115,104,113,117;3,5,3,2,3,4
24;107,116,111,105,108;5,2,4,5,4
25;107,109,116;1,2,4
26;103,115,104,106;5,3,3,1
27;112;3
28;111,105,109;5,5,5
29;105,111,109,116,107,114;2,3,5,3,3,1
30;116,100,107,112;5,2,3,3
31;111;2
32;109,116,101,114;1,2,2,3
33;112,100;5,2
34;105,116;3,2
35;102,112,100,116;3,1,3,1
36;103,115,106;4,1,5
37;102,100,114,109,101;5,3,2,4,1
38;116,111,107,108,105,109;3,4,1,3,2,5
39;116;2
40;103,115,104;3,4,2
41;103,115,117;5,4,3
42;116,100,109;2,5,2
43;109,116;2,4
44;106;4
45;109,102;2,5
46;115,117,113,103;2,1,5,2
47;107,111,105;2,1,4
48;106,117,103;2,2,5
49;105,111,107,116;5,3,2,4
50;107,116,111,112,100,109;2,2,5,1,4,4
51;100,112,111,109;5,5,4,4
52;116,112,100,111,102;2,4,5,5,1
53;103,115;4,1
54;111,107,108,105,116;1,3,3,4,4
