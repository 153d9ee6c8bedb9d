#include "xml/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::xml {
namespace {

TEST(XmlDocument, IsReadByLocalNames) {
  const auto document = Document::Parse(
      "<?xml version='1.0'?><!-- c --><a:r xmlns:a='urn:a'><b><c> x &amp; &#233; </c></b>"
      "<b><c>second</c></b><d><![CDATA[<raw>]]></d><e/></a:r>");
  ASSERT_TRUE(document.ok()) << base::MessageOf(document.status());
  EXPECT_EQ(document->Text("r/b/c"), " x & \xC3\xA9 ");
  EXPECT_EQ(document->Text("r/d"), "<raw>");
  EXPECT_EQ(document->Text("r/e"), "");
  for (const char* absent : {"x", "r/x", "r/b/x", "r/b/c/x", "b"}) {
    EXPECT_EQ(document->Text(absent), std::nullopt) << absent;
  }
}

TEST(XmlDocument, RefusesWhatIsNoXml) {
  for (const char* text : {"", "{}", "<a>", "<a></b>", "<a", "plain text"}) {
    const auto document = Document::Parse(text);
    ASSERT_FALSE(document.ok()) << text;
    EXPECT_EQ(base::ReasonOf(document.status()), base::Reason::kUnexpectedContentType) << text;
  }
}

TEST(XmlDocument, RefusesADocumentType) {
  for (const char* text :
       {"<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x 'y'><!ENTITY z '&x;&x;'>]><a>&z;</a>"}) {
    const auto document = Document::Parse(text);
    ASSERT_FALSE(document.ok()) << text;
    EXPECT_THAT(base::MessageOf(document.status()), testing::HasSubstr("document type"));
  }
  EXPECT_EQ(Document::Parse("<a>&x;</a>")->Text("a"), "&x;") << "an unknown entity stays as it is";
}

TEST(XmlDocument, IsBounded) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(Document::Parse(nested(32)).ok());
  for (const std::string& text :
       {nested(33), nested(10'000), "<a>" + std::string(256 << 10, 'x') + "</a>"}) {
    const auto document = Document::Parse(text);
    ASSERT_FALSE(document.ok());
    EXPECT_EQ(base::ReasonOf(document.status()), base::Reason::kResponseTooLarge);
  }
  EXPECT_TRUE(Document::Parse("<a>" + std::string((256 << 10) - 7, 'x') + "</a>").ok());
}

}  // namespace
}  // namespace syncline::xml
