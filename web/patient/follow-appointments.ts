/** Keeps the patient's own list true while it is open: status and time change in place, nothing moves. */
