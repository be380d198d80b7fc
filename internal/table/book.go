package table

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// The parts of a workbook, as ECMA-376, parts 1 and 2 have them, but for the sheets and what is said of the workbook.
const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	dublin    = "http://purl.org/dc/"
	packages  = "http://schemas.openxmlformats.org/package/2006/"
	office    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	sheetML   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	dataPart  = "xl/worksheets/sheet1.xml"
	aboutPart = "xl/worksheets/sheet2.xml"
	corePart  = "docProps/core.xml"

	relation = `<Relationship Id="%s" Type="` + office + `/%s" Target="%s"/>`
	override = `<Override PartName="/%s" ContentType="%s"/>`
)

// The styles of cells, by their places in bookStyles; 0 is that of whatever has none.
const (
	textStyle = iota + 1
	wholeStyle
	dayStyle
	momentStyle
	headerStyle
)

var kindStyles = map[Kind]int{Text: textStyle, Whole: wholeStyle, Day: dayStyle, Moment: momentStyle}

var bookStyles = `<styleSheet xmlns="` + sheetML + `"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>` +
	`<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>` +
	`<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	styled(49, 0) + styled(1, 0) + styled(164, 0) + styled(165, 0) + styled(49, 1) + `</cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

// styled returns a style of cells by a format of numbers and a font.
func styled(format, font int) string {
	return fmt.Sprintf(`<xf numFmtId="%d" fontId="%d" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="%[2]d"/>`,
		format, font)
}

// bookParts are the parts that all workbooks have alike, by their names.
var bookParts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="` + packages + `content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		fmt.Sprintf(override, "xl/workbook.xml", sheetType+"sheet.main+xml") +
		fmt.Sprintf(override, "xl/styles.xml", sheetType+"styles+xml") +
		fmt.Sprintf(override, dataPart, sheetType+"worksheet+xml") +
		fmt.Sprintf(override, aboutPart, sheetType+"worksheet+xml") +
		fmt.Sprintf(override, corePart, "application/vnd.openxmlformats-package.core-properties+xml") + `</Types>`},
	{"_rels/.rels", `<Relationships xmlns="` + packages + `relationships">` +
		fmt.Sprintf(relation, "rId1", "officeDocument", "xl/workbook.xml") +
		`<Relationship Id="rId2" Type="` + packages + `relationships/metadata/core-properties" Target="` + corePart + `"/>` +
		`</Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="` + sheetML + `" xmlns:r="` + office + `"><bookViews><workbookView/></bookViews>` +
		`<sheets><sheet name="Data" sheetId="1" r:id="rId1"/><sheet name="About" sheetId="2" r:id="rId2"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packages + `relationships">` +
		fmt.Sprintf(relation, "rId1", "worksheet", "worksheets/sheet1.xml") +
		fmt.Sprintf(relation, "rId2", "worksheet", "worksheets/sheet2.xml") +
		fmt.Sprintf(relation, "rId3", "styles", "styles.xml") + `</Relationships>`},
	{"xl/styles.xml", bookStyles},
}

// coreProperties says what the workbook is and when it was written. Nobody modified it since.
func coreProperties(meta Meta) string {
	written := ` xsi:type="dcterms:W3CDTF">` + meta.Written.UTC().Format(time.RFC3339)
	return `<cp:coreProperties xmlns:cp="` + packages + `metadata/core-properties" xmlns:dc="` + dublin + `elements/1.1/"` +
		` xmlns:dcterms="` + dublin + `terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escaped(meta.Title) + `</dc:title><dc:creator>homebound</dc:creator>` +
		`<dc:description>` + escaped(meta.Description) + `</dc:description>` +
		`<dcterms:created` + written + `</dcterms:created><dcterms:modified` + written + `</dcterms:modified></cp:coreProperties>`
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}

// begun returns a sheet before its rows, whose columns have some styles.
func begun(view string, styles ...int) string {
	var cols strings.Builder
	for i, style := range styles {
		fmt.Fprintf(&cols, `<col min="%d" max="%[1]d" width="18" customWidth="1" style="%[2]d"/>`, i+1, style)
	}
	return `<worksheet xmlns="` + sheetML + `"><sheetViews>` + view + `</sheetViews><sheetFormatPr defaultRowHeight="15"/>` +
		`<cols>` + cols.String() + `</cols><sheetData>`
}

// ended is what stands behind the rows of a sheet.
const ended = `</sheetData></worksheet>`

// aboutBook returns the sheet About.
func aboutBook(columns []Column, meta Meta) string {
	buf := []byte(begun(`<sheetView workbookViewId="0"/>`, textStyle, textStyle, textStyle, textStyle))
	row := 0
	add := func(style int, texts ...string) {
		row++
		buf = appendTexts(buf, row, style, texts)
	}
	facts := about(columns, meta)
	for _, f := range facts[:len(facts)-2] { // the last two say for programs what the rows below say
		add(textStyle, f.Name, f.Value)
	}
	row++
	add(headerStyle, "column", "type", "unit", "description")
	for _, c := range columns {
		add(textStyle, c.Name, string(c.Kind), c.Unit, c.Description)
	}
	return string(append(buf, ended...))
}

// appendTexts adds a row of texts of a style, each cut to what a cell can have.
func appendTexts(buf []byte, row, style int, texts []string) []byte {
	number := strconv.Itoa(row)
	buf = append(append(append(buf, `<row r="`...), number...), `">`...)
	for i, text := range texts {
		if units(text) > maxCell {
			text = string(utf16.Decode(utf16.Encode([]rune(text))[:maxCell]))
		}
		buf = append(append(append(buf, `<c r="`...), letters(i)...), number...)
		buf = append(appendInline(buf, style, text), "</c>"...)
	}
	return append(buf, "</row>"...)
}

// letters names a column, the first of which is 0.
func letters(column int) string {
	if column < 0 {
		return ""
	}
	return letters(column/26-1) + string(rune('A'+column%26))
}
