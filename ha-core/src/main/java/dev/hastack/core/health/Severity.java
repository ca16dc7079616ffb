package dev.hastack.core.health;

/** How much a {@link HealthNote} matters to those who run the servers. */
public enum Severity {
    /** A fact to know, such as how many jobs wait; nothing is to be done. */
    INFO,
    /** Something is less redundant or less complete than it should be; to be looked at when there is time. */
    WARNING,
    /** Something cannot be done until a person does something. */
    ERROR
}
