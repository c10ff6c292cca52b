/** Names of invented people, first and family names kept within one culture, with the language often spoken there. */
import { foldText } from "../search-text.ts";
import type { Random } from "./random.ts";

interface Culture {
  /** BCP 47; English is spoken by everybody here. */
  readonly language: string;
  /** How often, against the sum of all. */
  readonly weight: number;
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** language|weight|first names|family names */
const CULTURES_TEXT = `
en|34|James Emily Michael Hannah Robert Grace William Olivia Thomas Claire Andrew Megan Daniel Laura Samuel Alice Henry Ruth Joseph Rachel Peter Nora Walter Eleanor Patrick Judith Simon Beth|Carter Bennett Hughes Foster Sullivan Parker Reed Coleman Brooks Hayes Morgan Fletcher Walsh Barrett Lawson Palmer Whitaker Thornton Ellis Marsh Garner Doyle Pierce Holloway Sutton Keller Abbott Chandler
es|16|María José Lucía Carlos Sofía Diego Valeria Javier Camila Andrés Isabel Ricardo Elena Óscar Gabriela Tomás Rosa Ángel Mariana Julio|García Hernández Martínez López Ramírez Núñez Castillo Vargas Morales Peña Salazar Domínguez Ríos Ibáñez Fuentes Cárdenas Quintero Ortega Muñoz Villarreal
zh|8|Wei Li Jing Xin Yan Ming Hui Jun Mei Lin Chen Yu|Wang Zhang Liu Huang Zhao Wu Zhou Xu Sun Ma Guo Tang
hi|8|Priya Arjun Ananya Rahul Kavita Vikram Neha Sanjay Deepa Rohan Lakshmi Anil|Sharma Patel Reddy Iyer Gupta Nair Mehta Kulkarni Banerjee Rao Desai Chopra
vi|5|Linh Minh Thu Anh Huong Tuan Mai Khoa Lan Duc|Nguyen Tran Le Pham Hoang Vu Dang Bui Ngo Duong
ar|5|Layla Omar Fatima Youssef Amina Khalid Nadia Hassan Rania Tariq|Haddad Mansour Khoury Saleh Nasser Farouk Aziz Habib Darwish Sabbagh
ko|4|Minji Jihoon Soyeon Hyun Eunji Sungmin Yuna Donghyun|Kim Park Choi Jung Kang Yoon Lim Shin
fil|4|Maricel Jomar Analyn Renato Liezl Ramil Rowena Dante|Santos Reyes Cruz Bautista Ocampo Mendoza Aquino Dela-Rosa
ru|3|Olga Dmitri Natalia Sergei Irina Alexei Tatiana Mikhail|Ivanova Petrov Volkov Sokolova Morozov Kuznetsova Orlov Lebedeva
fr|3|Élodie Mathieu Amélie Laurent Chloé Étienne Margaux Pascal|Moreau Lefèvre Dubois Girard Rousseau Chevalier Fontaine Mercier
ht|2|Widline Jean-Baptiste Mirlande Evens Nadège Wilner|Desrosiers Toussaint Pierre-Louis Jean-Charles Baptiste Dorvil
pt|2|Beatriz João Inês Rafael Letícia Thiago|Silva Oliveira Carvalho Ferreira Gonçalves Araújo
pl|2|Agnieszka Tomasz Katarzyna Marek Ewa Piotr|Kowalski Nowak Wójcik Zieliński Kamiński Lewandowski
fa|2|Shirin Kaveh Parisa Dariush Nasrin Babak|Hosseini Rahimi Tehrani Karimi Moradi Sadeghi
yo|2|Folake Babatunde Yetunde Olumide Adunni Kehinde|Adeyemi Okafor Balogun Ogunleye Afolabi Adebayo
am|2|Selam Dawit Tigist Yonas Hiwot Abebe|Tesfaye Bekele Haile Mekonnen Alemu Girma
so|2|Hodan Abdirahman Ifrah Mohamud Sagal Liban|Warsame Abdullahi Farah Hersi Jama Nur
ja|2|Yuki Haruto Aiko Kenji Naomi Takeshi|Tanaka Suzuki Yamamoto Nakamura Kobayashi Watanabe
ur|2|Ayesha Bilal Sana Imran Zainab Usman|Malik Qureshi Siddiqui Khan Chaudhry Ansari
uk|2|Oksana Andriy Iryna Bohdan Larysa Taras|Shevchenko Kovalenko Bondarenko Tkachenko Melnyk Kravchuk
`;

const CULTURES: readonly Culture[] = CULTURES_TEXT.trim()
  .split("\n")
  .map((line) => {
    const [language, weight, first, last] = line.split("|") as [string, string, string, string];
    return { language, weight: Number(weight), first: first.split(" "), last: last.split(" ") };
  });

const TOTAL_WEIGHT = CULTURES.reduce((sum, culture) => sum + culture.weight, 0);

export interface Person {
  readonly first: string;
  readonly last: string;
  readonly language: string;
}

export function makePerson(random: Random): Person {
  let ticket = random.below(TOTAL_WEIGHT);
  for (const { language, weight, first, last } of CULTURES) {
    ticket -= weight;
    if (ticket < 0) return { first: random.pick(first), last: random.pick(last), language };
  }
  throw new Error("the weights add up to TOTAL_WEIGHT");
}

/** `number` keeps two people of one name apart. The domain is reserved for examples and reaches nobody. */
export function makeEmail(person: Person, number: number): string {
  const plain = (name: string) => foldText(name).replace(/[^a-z]/g, "");
  return `${plain(person.first)}.${plain(person.last)}.${number}@example.com`;
}

/** 555-0100 to 555-0199 are set aside for fiction in every area code. E.164. */
export function makePhone(random: Random, areaCode: string): string {
  return `+1${areaCode}55501${String(random.below(100)).padStart(2, "0")}`;
}
