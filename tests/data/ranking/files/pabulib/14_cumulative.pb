META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;12
num_votes;34
budget;18395
vote_type;cumulative
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;8050;4;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;7850;6;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;5700;6;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;7000;12;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;5550;14;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;1800;11;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;8750;1;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;4050;19;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;5450;9;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;1100;12;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;5650;11;Straßenbäume, Abschnitt 11;Grün / Verkehr
111;9800;17;Straßenbäume, Abschnitt 12;Grün / Verkehr
VOTES
voter_id;vote;points
1;104,103,107,109,105;4,3,5,5,2
2;101;3
3;109,108;2,1
4;107,103,111;5,4,4
5;109,108,104,100,107,111;4,3,5,5,2,1
6;104,111,107,103;2,2,4,2
7;108;5
8;109,104,108;5,1,3
9;105,110,103,107,101;4,4,5,3,1
10;110,111;3,5
11;111,107,102,110,105;5,4,3,3,1
12;107,111,103,104,102;1,5,2,4,4
13;109,108;4,1
14;109,108;4,5
15;101,110;2,2
16;110,111,102,101,107,105;1,3,4,5,2,3
17;101,110,106,107,105;1,1,5,5,5
18;104,103,107,109,105,111;2,1,5,3,4,5
19;107,103,111,110,105;4,4,3,1,2
20;110,101,107,102;1,1,4,1
21;103,107,105,111;1,4,2,5
22;109,100,104,108,107,111;3,3,4,2,2,4
23;104,108,109,100;3,4,4,1
24;107,104,103,111;2,5,3,5
25;109,104;1,2
26;104,109;5,4
27;111;2
28;107,111,104,110,102;4,3,5,1,3
29;105;3
30;111;3
31;107,103,110,111,105;5,3,1,1,2
32;107,105,103,111,104;5,2,2,1,2
33;109,100,104,108,110,102;2,2,5,5,2,1
34;107,103;3,4
