/** Thrown where a look asks for the time of the last change before the host has told it; the session catches it and looks again. */
export const timeWanted = Symbol('the time of the last change');
