//! Each file of `cases/` before and after.

#[test]
fn every_construct() {
    insta::glob!("cases/*.trig", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let formatted = crate::format(&text).unwrap();
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("{text}=== formatted\n{formatted}"));
        });
    });
}

#[test]
fn a_file_with_errors_is_left() {
    let error = crate::format("trigger A {\n  wen x\n}\n").unwrap_err();
    let crate::Unformattable::Syntax(errors) = error else {
        panic!("{error:?}");
    };
    assert_eq!(errors.len(), 1);
}

#[test]
fn nothing_stays_nothing() {
    for text in ["", "\n", " \r\n\r\n", "\u{FEFF}\n"] {
        assert_eq!(crate::format(text).unwrap(), "");
    }
    assert_eq!(
        crate::format("\n\n// only\n\n\n/// words").unwrap(),
        "// only\n\n/// words\n"
    );
}
