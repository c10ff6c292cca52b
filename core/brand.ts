declare const brand: unique symbol;

/** A scalar that cannot be mixed up with another of the same primitive type. Given once, where data enters. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
