/** Where the clinics of the sample network stand: real cities, their zones, centres and area codes. */

export interface City {
  readonly name: string;
  /** Two-letter state code. */
  readonly state: string;
  readonly postalCode: string;
  /** IANA zone. */
  readonly timeZone: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly areaCode: string;
  readonly clinics: number;
}

/** city|state|postal code|zone|latitude|longitude|area code|clinics. 200 clinics in all. */
const CITIES_TEXT = `
New York|NY|10016|America/New_York|40.7459|-73.9781|212|4
Brooklyn|NY|11201|America/New_York|40.6943|-73.9903|718|3
Buffalo|NY|14202|America/New_York|42.8864|-78.8784|716|2
Newark|NJ|07102|America/New_York|40.7357|-74.1724|973|2
Philadelphia|PA|19107|America/New_York|39.9526|-75.1652|215|3
Pittsburgh|PA|15213|America/New_York|40.4406|-79.9959|412|3
Boston|MA|02114|America/New_York|42.3601|-71.0589|617|3
Worcester|MA|01608|America/New_York|42.2626|-71.8023|508|1
Providence|RI|02903|America/New_York|41.8240|-71.4128|401|2
Hartford|CT|06106|America/New_York|41.7658|-72.6734|860|2
Burlington|VT|05401|America/New_York|44.4759|-73.2121|802|1
Portland|ME|04102|America/New_York|43.6591|-70.2568|207|1
Manchester|NH|03101|America/New_York|42.9956|-71.4548|603|1
Baltimore|MD|21201|America/New_York|39.2904|-76.6122|410|3
Washington|DC|20037|America/New_York|38.9072|-77.0369|202|3
Richmond|VA|23219|America/New_York|37.5407|-77.4360|804|1
Norfolk|VA|23510|America/New_York|36.8508|-76.2859|757|1
Charleston|WV|25301|America/New_York|38.3498|-81.6326|304|1
Charlotte|NC|28204|America/New_York|35.2271|-80.8431|704|3
Raleigh|NC|27605|America/New_York|35.7796|-78.6382|919|1
Greenville|SC|29601|America/New_York|34.8526|-82.3940|864|1
Atlanta|GA|30308|America/New_York|33.7490|-84.3880|404|3
Savannah|GA|31401|America/New_York|32.0809|-81.0912|912|1
Jacksonville|FL|32207|America/New_York|30.3322|-81.6557|904|2
Orlando|FL|32801|America/New_York|28.5383|-81.3792|407|2
Tampa|FL|33606|America/New_York|27.9506|-82.4572|813|2
Miami|FL|33136|America/New_York|25.7617|-80.1918|305|3
Cleveland|OH|44106|America/New_York|41.4993|-81.6944|216|3
Columbus|OH|43210|America/New_York|39.9612|-82.9988|614|3
Cincinnati|OH|45219|America/New_York|39.1031|-84.5120|513|2
Detroit|MI|48201|America/Detroit|42.3314|-83.0458|313|3
Grand Rapids|MI|49503|America/Detroit|42.9634|-85.6681|616|2
Ann Arbor|MI|48104|America/Detroit|42.2808|-83.7430|734|1
Louisville|KY|40202|America/Kentucky/Louisville|38.2527|-85.7585|502|3
Lexington|KY|40508|America/New_York|38.0406|-84.5037|859|1
Monticello|KY|42633|America/Kentucky/Monticello|36.8298|-84.8491|606|1
Indianapolis|IN|46202|America/Indiana/Indianapolis|39.7684|-86.1581|317|3
Fort Wayne|IN|46802|America/Indiana/Indianapolis|41.0793|-85.1394|260|1
Vincennes|IN|47591|America/Indiana/Vincennes|38.6773|-87.5286|812|1
Knoxville|TN|37916|America/New_York|35.9606|-83.9207|865|1
Nashville|TN|37203|America/Chicago|36.1627|-86.7816|615|3
Memphis|TN|38103|America/Chicago|35.1495|-90.0490|901|2
Birmingham|AL|35233|America/Chicago|33.5186|-86.8104|205|2
Jackson|MS|39201|America/Chicago|32.2988|-90.1848|601|1
New Orleans|LA|70112|America/Chicago|29.9511|-90.0715|504|2
Little Rock|AR|72205|America/Chicago|34.7465|-92.2896|501|1
Chicago|IL|60612|America/Chicago|41.8781|-87.6298|312|4
Peoria|IL|61602|America/Chicago|40.6936|-89.5890|309|1
Milwaukee|WI|53202|America/Chicago|43.0389|-87.9065|414|2
Madison|WI|53703|America/Chicago|43.0731|-89.4012|608|2
Minneapolis|MN|55415|America/Chicago|44.9778|-93.2650|612|3
Saint Paul|MN|55102|America/Chicago|44.9537|-93.0900|651|2
Rochester|MN|55902|America/Chicago|44.0121|-92.4802|507|1
Des Moines|IA|50309|America/Chicago|41.5868|-93.6250|515|2
Saint Louis|MO|63110|America/Chicago|38.6270|-90.1994|314|3
Kansas City|MO|64108|America/Chicago|39.0997|-94.5786|816|3
Wichita|KS|67214|America/Chicago|37.6872|-97.3301|316|1
Omaha|NE|68105|America/Chicago|41.2565|-95.9345|402|1
Sioux Falls|SD|57105|America/Chicago|43.5446|-96.7311|605|1
Fargo|ND|58102|America/Chicago|46.8772|-96.7898|701|1
Beulah|ND|58523|America/North_Dakota/Beulah|47.2633|-101.7779|701|1
Oklahoma City|OK|73104|America/Chicago|35.4676|-97.5164|405|2
Tulsa|OK|74104|America/Chicago|36.1540|-95.9928|918|1
Dallas|TX|75246|America/Chicago|32.7767|-96.7970|214|3
Fort Worth|TX|76104|America/Chicago|32.7555|-97.3308|817|2
Houston|TX|77030|America/Chicago|29.7604|-95.3698|713|4
Austin|TX|78701|America/Chicago|30.2672|-97.7431|512|3
San Antonio|TX|78205|America/Chicago|29.4241|-98.4936|210|3
El Paso|TX|79902|America/Denver|31.7619|-106.4850|915|2
Denver|CO|80204|America/Denver|39.7392|-104.9903|303|3
Colorado Springs|CO|80903|America/Denver|38.8339|-104.8214|719|2
Cheyenne|WY|82001|America/Denver|41.1400|-104.8202|307|1
Billings|MT|59101|America/Denver|45.7833|-108.5007|406|1
Salt Lake City|UT|84102|America/Denver|40.7608|-111.8910|801|3
Albuquerque|NM|87106|America/Denver|35.0844|-106.6504|505|2
Santa Fe|NM|87505|America/Denver|35.6870|-105.9378|505|1
Boise|ID|83702|America/Boise|43.6150|-116.2023|208|2
Twin Falls|ID|83301|America/Boise|42.5558|-114.4701|208|1
Phoenix|AZ|85006|America/Phoenix|33.4484|-112.0740|602|4
Tucson|AZ|85719|America/Phoenix|32.2226|-110.9747|520|2
Flagstaff|AZ|86001|America/Phoenix|35.1983|-111.6513|928|1
Las Vegas|NV|89102|America/Los_Angeles|36.1716|-115.1391|702|3
Reno|NV|89502|America/Los_Angeles|39.5296|-119.8138|775|1
Los Angeles|CA|90033|America/Los_Angeles|34.0522|-118.2437|213|4
Long Beach|CA|90806|America/Los_Angeles|33.7701|-118.1937|562|1
San Diego|CA|92103|America/Los_Angeles|32.7157|-117.1611|619|3
San Francisco|CA|94115|America/Los_Angeles|37.7749|-122.4194|415|3
Oakland|CA|94609|America/Los_Angeles|37.8044|-122.2712|510|2
San Jose|CA|95128|America/Los_Angeles|37.3382|-121.8863|408|3
Sacramento|CA|95817|America/Los_Angeles|38.5816|-121.4944|916|2
Fresno|CA|93721|America/Los_Angeles|36.7378|-119.7871|559|1
Portland|OR|97239|America/Los_Angeles|45.5152|-122.6784|503|3
Eugene|OR|97401|America/Los_Angeles|44.0521|-123.0868|541|1
Seattle|WA|98104|America/Los_Angeles|47.6062|-122.3321|206|3
Spokane|WA|99204|America/Los_Angeles|47.6588|-117.4260|509|1
Anchorage|AK|99508|America/Anchorage|61.2181|-149.9003|907|2
Juneau|AK|99801|America/Juneau|58.3019|-134.4197|907|1
Honolulu|HI|96813|Pacific/Honolulu|21.3069|-157.8583|808|2
San Juan|PR|00918|America/Puerto_Rico|18.4655|-66.1057|787|2
`;

export const CITIES: readonly City[] = CITIES_TEXT.trim()
  .split("\n")
  .map((line) => {
    const [name, state, postalCode, timeZone, latitude, longitude, areaCode, clinics] = line.split("|") as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string, // the test counts the clinics and checks every zone
    ];
    return {
      name,
      state,
      postalCode,
      timeZone,
      latitude: Number(latitude),
      longitude: Number(longitude),
      areaCode,
      clinics: Number(clinics),
    };
  });
