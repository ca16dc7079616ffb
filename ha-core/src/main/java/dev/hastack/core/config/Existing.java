package dev.hastack.core.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Of a file that has to be there when the configuration of its stack is loaded. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Existing {
    /** What it has to hold. */
    FileCheck value() default FileCheck.CERTIFICATES;
}
