META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;11
num_votes;41
budget;26414
vote_type;approval
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;8950;16;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;6450;22;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;1400;2;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;7300;16;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;4200;4;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;950;21;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;3500;22;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;9250;14;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;4500;4;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;5950;8;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;3750;25;Straßenbäume, Abschnitt 11;Grün / Verkehr
VOTES
voter_id;vote
1;110,106,101,105,107,100
2;110,106,100,103
3;106
4;110,106,107,105,100
5;110,106,105,100
6;101,110
7;106,110,105,101,100,103
8;101,103,109,108,100
9;100,106
10;110,101,100,106,107
11;101,103,105,108
12;110,106
13;110
14;103,105,107,110,101,100
15;106,110,107
16;106,110,107,105
17;100,108,101,103,105
18;109,103,108,101,105
19;101,105,103,100
20;101,105,103,109
21;107,105,110,106,101
22;106,100,107,110
23;105,101,104,106,110,109
24;110,105,107
25;103,100,110
26;107,106,110,102
27;101,110
28;105,110,101,103,107,106
29;109,103
30;107,110,106,105,101
31;101,103,105,104,109
32;106,105,101
33;105,101,104,100,103,109
34;101,110,100,103
35;110,107,106,102
36;101,105,103,106,110,100
37;107,106
38;104,105
39;109
40;110
41;106,101
